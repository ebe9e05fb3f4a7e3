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
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/schemas schemas
COPY --from=build --chmod=755 /build/dist/bundle dist/bundle
COPY integrations/forges.mjs integrations/plan-comment.mjs integrations/
RUN ln -s /app/dist/bundle/mcpgw-controller.js /usr/local/bin/mcpgw-controller
# A daemon rests most of the time: memory that it once needed is given back.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 NODE_OPTIONS=--max-semi-space-size=2
USER node
# NODE_OPTIONS may not name it.
ENTRYPOINT ["node", "--optimize-for-size", "/usr/local/bin/mcpgw-controller"]
