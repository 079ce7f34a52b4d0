# The images of the product (the default) and of what runs users' programs. They run as an unprivileged user and need no
# writable root.
ARG BASE=docker.io/library/node:24-bookworm-slim

FROM ${BASE} AS sources
WORKDIR /app
COPY package.json package-lock.json ./

# What it takes to compile. Install scripts stay off: the only package that has one brings Node, which is here already.
FROM sources AS build
RUN npm ci --ignore-scripts --prefer-offline --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY hack/build.ts hack/build.ts
COPY operator/src operator/src
RUN node hack/build.ts && mkdir -p /links/usr/local/bin && ln -s /app/dist/cmd/cli.js /links/usr/local/bin/conclave

# What it takes to run, without what only documentation, types and debuggers read.
FROM sources AS dependencies
RUN npm ci --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund \
  && find node_modules -type f \( -name '*.md' -o -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
  && find node_modules -type d -empty -delete

# What programs and commands of users run in (`--target runtime`): Python, Node, a static shell, the launcher with its
# sandbox. Nothing of the product is in it.
FROM ${BASE} AS runtime
RUN mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial /var/log/apt \
  && apt-get update \
  && apt-get install --yes --no-install-recommends busybox-static python3 \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /usr/share/doc/* /usr/share/man/*
COPY operator/runtimes /opt/conclave
RUN python3 -m compileall -q /opt/conclave/launcher
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["python3", "-I", "-B", "/opt/conclave/launcher"]
CMD ["run"]

# The stand-in for a model server (`--target model-sim`), for clusters without a GPU: the API of vLLM without a model. It
# takes what the manifests of Models give to `vllm serve`.
FROM ${BASE} AS model-sim
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY operator/src operator/src
COPY hack/model-simulator hack/model-simulator
USER 65532:65532
EXPOSE 8000
ENTRYPOINT ["node", "/app/hack/model-simulator/model-sim-command.ts", "--host", "0.0.0.0"]

# The product: operator, server, runner and CLI. Agents work in clones of repositories, which git fetches.
FROM ${BASE} AS product
RUN mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial /var/log/apt \
  && apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /usr/share/doc/* /usr/share/man/*
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY crds crds
COPY config/policies config/policies
COPY config/rbac config/rbac
COPY --from=build /app/dist dist
COPY --from=build /links/ /
USER 65532:65532
EXPOSE 8080 8443 9090
ENTRYPOINT ["node", "/app/dist/cmd/operator.js"]
