FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json LICENSE ./
COPY scripts scripts
COPY schemas schemas
COPY src src
RUN npm run build

FROM node:24-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/schemas schemas
COPY --from=build --chmod=755 /build/dist/bundle dist/bundle
RUN ln -s /app/dist/bundle/mcpgw-controller.js /usr/local/bin/mcpgw-controller
ENV NODE_ENV=production
USER node
ENTRYPOINT ["mcpgw-controller"]
