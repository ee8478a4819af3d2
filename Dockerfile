# docker build -t tfc-oidc . && docker run --rm -v "$PWD:/work" tfc-oidc check .
FROM node:22-slim AS build
WORKDIR /src
COPY . .
RUN npm run package:cli && mkdir /app && tar -xzf dist/tfc-oidc-*.tgz -C /app --strip-components=1

FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY --from=build /app /app
WORKDIR /work
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.js"]
CMD ["--help"]
