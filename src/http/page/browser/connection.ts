interface Connection {
  /** Something changed. */
  readonly onChange: () => Promise<void>;
  /** A sign of life, with what the server's clock says where it says so. */
  readonly onSign: (now: number | undefined) => void;
  readonly onLost: () => void;
}

/** Changes within this many milliseconds are drawn once. */
const GATHER = 300;
/** The server gives a sign every 15 s: after two missing ones nobody is there, whatever the browser believes. */
const SILENCE = 35_000;

/** Listens for changes as long as the page is open; the browser itself tries again when the connection breaks. */
export function startConnection({ onChange, onSign, onLost }: Connection): void {
  let drawing: Promise<void> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;

  const sign = (now?: number): void => {
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE);
    onSign(now);
  };
  const draw = (): void => {
    drawing ??= new Promise<void>((resolve) => {
      setTimeout(() => {
        drawing = undefined;
        void onChange().then(resolve);
      }, GATHER);
    });
  };
  const again = (): void => {
    onLost();
    source.close();
    open();
  };
  const open = (): void => {
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE);
    source = new EventSource('/api/v1/events');
    let isFirst = true;
    source.addEventListener('pulse', (event) => {
      const { now } = JSON.parse(event.data as string) as { readonly now: string };
      sign(Date.parse(now));
      // What happened while nobody listened.
      if (isFirst) draw();
      isFirst = false;
    });
    for (const name of ['gateway', 'source'])
      source.addEventListener(name, () => {
        sign();
        draw();
      });
    source.addEventListener('error', () => {
      onLost();
      // After an answer that is no stream the browser gives up.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(silence);
        silence = setTimeout(again, 3000);
      } else {
        isFirst = true;
      }
    });
  };
  open();
}
