# syntax=docker/dockerfile:1
# afd-sizer with a static Swift runtime, beside libssl3 and zlib1g of Debian 12; of Debian 13 with --build-arg DEBIAN=trixie.
# deploy/check-image builds and tries this file where no registry can be reached.
ARG DEBIAN=bookworm

FROM swift:6.3-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# Versions are not pinned: Debian takes old ones out of its archive, and a file that names them stops building then.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# The manifest names the tests and what they share too, which the context does not hold.
COPY Package.swift openapi.yaml ./
RUN tr '\n' ' ' < Package.swift | grep --only-matching --extended-regexp '\.testTarget\( *name: "[^"]+"|path: "Tests/[^"]+"' \
    | sed 's/.*["/]\([^"]*\)"$/\1/' \
    | while read -r name; do mkdir -p "Tests/$name" && touch "Tests/$name/Empty.swift"; done
COPY Sources Sources
# Dependencies and what was compiled of them stay in a cache, which a change of the sources leaves alone. A layer would not do: layers keep
# whole seconds of a file's time, and the build system takes what it compiled for changed.
RUN --mount=type=cache,target=/src/.build,sharing=locked \
    swift build --configuration release --static-swift-stdlib --product afd-sizer -Xlinker --strip-all \
    && install -D "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/afd-sizer" /out/afd-sizer

FROM debian:${DEBIAN}-slim
# Debian 13 has libssl3 as libssl3t64, which provides it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl3 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
COPY --from=build /out/afd-sizer /usr/local/bin/afd-sizer

# Numeric, so that Kubernetes can see that it is not root. Nothing is written: the root may be read-only.
USER 65532:65532
EXPOSE 8080
# Other ports, or TLS on this one, need a check of their own.
HEALTHCHECK --interval=10s --timeout=2s --start-period=2s --retries=3 \
    CMD ["/usr/local/bin/afd-sizer", "probe", "http://127.0.0.1:8080/healthz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/afd-sizer"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]

ARG DEBIAN
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="afd-sizer" \
    org.opencontainers.image.description="Sizes Attention:FFN ratios for disaggregated LLM decoding" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.base.name="docker.io/library/debian:$DEBIAN-slim" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION" \
    org.opencontainers.image.created="$CREATED"
