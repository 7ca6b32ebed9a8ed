# syntax=docker/dockerfile:1
# Targets: cpu (the last, so the default) and cuda.
#
#     docker build -t qwen-image-edit .
#     docker build -t qwen-image-edit:cuda --target cuda .
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# The runtime's binaries for other systems and processors are six sevenths of all there is.
RUN npm run build \
    && npm prune --omit=dev --no-audit --no-fund \
    && find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 2 -maxdepth 2 \
        ! -path "*/linux/$(node --print process.arch)" -exec rm -r {} +

# Fetches the CUDA provider and NVIDIA's libraries; only what it leaves goes on.
FROM build AS cuda-libraries
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
# Of the runtime's folder only what has come to it: the rest is in the image already.
RUN node dist/cli.js setup-cuda \
    && rm -rf .cuda/provider-* \
    && mkdir /provider \
    && find node_modules/onnxruntime-node/bin -name 'libonnxruntime_providers_*' -exec cp --parents --target-directory=/provider {} +

FROM ${NODE_IMAGE} AS runtime
WORKDIR /app
# Told by name, so that gRPC without TLS asks whether the network is trusted instead of staying inside.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    XDG_CACHE_HOME=/cache
RUN install --directory --owner=node --group=node /cache /models
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/proto ./proto
COPY --from=build /app/models/mini ./models/mini
COPY --from=build /app/models/mini-lora ./models/mini-lora
# So that `docker run … qwen-image-edit doctor` works.
RUN ln --symbolic /app/dist/cli.js /usr/local/bin/qwen-image-edit
# The image's own unprivileged user, by number: Kubernetes can't tell from a name that it isn't root.
USER 1000:1000
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["qwen-image-edit", "serve"]

FROM runtime AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=cuda-libraries /app/.cuda ./.cuda
COPY --from=cuda-libraries /provider ./

FROM runtime AS cpu
