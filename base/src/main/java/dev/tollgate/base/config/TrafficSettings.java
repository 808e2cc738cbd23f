package dev.tollgate.base.config;

import static dev.tollgate.base.words.Sentence.sentence;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Settings of requests: the sandbox that answers them, HTTP, the log, traces, limits, media files and timeouts. */
public final class TrafficSettings {

    private static final List<Setting<?>> ROWS = new ArrayList<>();

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration DAY = Duration.ofDays(1);
    private static final long MIB = 1 << 20;

    public static final Setting<Integer> SANDBOX_PORT = row(Setting.of(
            "sandbox.port",
            Kind.wholeNumber(0, 65_535),
            "0",
            sentence("The sandbox's loopback port. 0 takes any free port.")));
    public static final Setting<Long> SANDBOX_SEED = row(Setting.of(
            "sandbox.seed",
            Kind.number(),
            "1",
            sentence("The seed of the sandbox's responses. The same seed and call give the same response.")));
    public static final Setting<Duration> SANDBOX_PACE = row(Setting.of(
            "sandbox.pace",
            Kind.time(Duration.ZERO, Duration.ofSeconds(60)),
            "0ms",
            sentence("The sandbox's pause before each event.")));

    public static final Setting<Integer> TRUSTED_HOPS = row(Setting.of(
            "http.trusted-hops",
            Kind.wholeNumber(0, 32),
            "0",
            sentence(
                    "The number of reverse proxies in front of the server that append to X-Forwarded-For. 0: the header is"
                            + " ignored.")));
    public static final Setting<Boolean> ACCESS_LOG = row(Setting.of(
                    "http.access-log",
                    Kind.flag(),
                    "false",
                    sentence(
                            "Whether each request is logged in one line: route, outcome and cost, never its query, headers or body."))
            .whileRunning());
    public static final Setting<String> LOG_FORMAT = row(Setting.of(
                    "log.format",
                    Kind.word("text", "json"),
                    "text",
                    sentence("The format of log lines: text for people, json for one JSON object per line."))
            .whileRunning());
    public static final Setting<String> LOG_ADDRESSES = row(Setting.of(
                    "log.addresses",
                    Kind.word("cut", "whole"),
                    "cut",
                    sentence(
                            "How much of a caller's address the access log shows. cut: the network (IPv4 /24, IPv6 /48). whole: the full"
                                    + " address."))
            .whileRunning());
    public static final Setting<URI> TELEMETRY_ENDPOINT = row(Setting.of(
                    "telemetry.otlp-endpoint",
                    Kind.baseUrl(),
                    "",
                    sentence(
                            "The OpenTelemetry collector for traces of calls (OTLP over HTTP), like http://127.0.0.1:4318. Tollgate"
                                    + " appends /v1/traces. Without it no traces are sent."))
            .from("OTEL_EXPORTER_OTLP_ENDPOINT"));
    public static final Setting<Secret> TELEMETRY_HEADERS = row(Setting.secret(
                    "telemetry.otlp-headers",
                    sentence("NAME=VALUE, several with commas between them"),
                    "[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}(,[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}){0,9}",
                    sentence("Headers to send to the collector."))
            .from("OTEL_EXPORTER_OTLP_HEADERS"));
    public static final Setting<Integer> TELEMETRY_PERCENT = row(Setting.of(
            "telemetry.percent",
            Kind.wholeNumber(0, 100),
            "1",
            sentence("The percentage of successful calls that are traced. Failed and slow calls are always traced.")));
    public static final Setting<Boolean> TRUST_PARENT = row(Setting.of(
            "telemetry.trust-parent",
            Kind.flag(),
            "false",
            sentence(
                    "Whether a caller's traceparent becomes the parent span and its sampling flag is followed. Otherwise spans"
                            + " only link to it. Leave it off if untrusted callers have access.")));
    public static final Setting<List<String>> CORS_ORIGINS = row(Setting.of(
            "cors.origins",
            Kind.list(
                    sentence("* for any, or origins like https://example.org"),
                    "\\*|null|https?://[A-Za-z0-9.:_\\[\\]-]+"),
            "*",
            sentence("Origins of web pages that may call the API from a browser, never with credentials.")));
    public static final Setting<List<String>> JSON_CLIENTS = row(Setting.of(
            "clients.json",
            Kind.list(
                    sentence("accept-json, header:NAME, agent:PART or product:NAME"),
                    "accept-json|header:[A-Za-z0-9-]{1,64}|agent:[!-+\\--~]{1,64}|product:[!-+\\-.0-~]{1,64}"),
            "accept-json, header:x-stainless-lang, agent:ai-sdk, product:node, product:undici, product:deno, product:bun,"
                    + " product:python-requests, product:python-urllib, product:okhttp, product:java-http-client, product:java,"
                    + " product:guzzlehttp, product:ruby, product:faraday, product:dart",
            sentence(
                    "Clients that get JSON if a call has no \"stream\" and its model streams by default. accept-json: the Accept"
                            + " header names application/json and not text/event-stream. header:NAME: the client sends that header."
                            + " agent:PART: its user agent contains the part. product:NAME: its user agent has a product of exactly that"
                            + " name.")));

    public static final Setting<List<String>> MESSAGES_MODELS = row(Setting.of(
            "messages.models",
            Kind.list(
                    sentence("PATTERN=MODEL, like claude-*-haiku-*=gemini-2.5-flash"),
                    "[A-Za-z0-9*._:/@-]{1,128}=[A-Za-z0-9._/@-]{1,128}"),
            "",
            sentence(
                    "Models of the catalogue that answer for other names at /v1/messages, so that programs with names of their own need no"
                            + " setting. An asterisk stands for any characters; the first pattern that fits counts.")));

    public static final Setting<List<String>> IMAGES_MODELS = row(
            Setting.of(
                    "images.models",
                    Kind.list(
                            sentence("PATTERN=MODEL, like gpt-image-*=gemini-3-pro-image"),
                            "[A-Za-z0-9*._:/@-]{1,128}=[A-Za-z0-9._/@-]{1,128}"),
                    "",
                    sentence(
                            "Models of the catalogue that make the images for other names at /v1/images, as messages.models has it for texts.")));

    public static final Setting<Path> CODEX_INSTRUCTIONS = row(Setting.of(
            "codex.instructions-file",
            Kind.path(),
            "",
            sentence(
                    "A text of at most 32 KiB, the system prompt of Codex. With it, models with functions appear in Codex's own list, instead of"
                            + " the models that Codex knows.")));

    public static final Setting<Long> BODY_BYTES = row(Setting.of(
            "limits.body-bytes",
            Kind.bytes(1_024, 1 << 30),
            "32MiB",
            sentence("The largest body of a call, both as sent and decompressed.")));
    public static final Setting<Long> HEADER_BYTES = row(Setting.of(
            "limits.header-bytes", Kind.bytes(1_024, MIB), "32KiB", sentence("The longest header block of a call.")));
    public static final Setting<Integer> CONNECTIONS = row(Setting.of(
            "limits.connections", Kind.wholeNumber(1, 1_000_000), "16384", sentence("Open connections of callers.")));
    public static final Setting<Integer> ADDRESS_CONNECTIONS = row(Setting.of(
            "limits.address-connections",
            Kind.wholeNumber(1, 1_000_000),
            "",
            sentence(
                    "Open connections of one address (IPv6: one /64). Behind trusted hops: concurrent requests of one caller."
                            + " Default: a quarter of limits.connections.")));
    public static final Setting<Integer> NESTING =
            row(Setting.of("limits.nesting", Kind.wholeNumber(8, 500), "64", sentence("Levels of nesting in a body.")));
    public static final Setting<Integer> MESSAGES = row(
            Setting.of("limits.messages", Kind.wholeNumber(1, 1_000_000), "10000", sentence("Messages in a call.")));
    public static final Setting<Integer> TOOLS =
            row(Setting.of("limits.tools", Kind.wholeNumber(0, 10_000), "512", sentence("Tools in a call.")));
    public static final Setting<Integer> MEDIA = row(Setting.of(
            "limits.media",
            Kind.wholeNumber(0, 10_000),
            "100",
            sentence("Images, audio, videos and files in a call.")));

    public static final Setting<String> RESPONSES_STORE = row(Setting.of(
            "responses.store",
            Kind.word("on", "off"),
            "on",
            sentence(
                    "Whether responses of /v1/responses and interactions are kept for 30 days after their last use, unless a call says store:"
                            + " false.")));
    public static final Setting<Long> RESPONSES_BYTES = row(Setting.of(
            "responses.store-bytes",
            Kind.bytes(MIB, 1L << 50),
            "8GiB",
            sentence(
                    "The room of all kept responses in the database. One account gets at most 256 MiB of it. The responses that were used"
                            + " least recently are deleted first.")));

    public static final Setting<Long> FILES_BYTES = row(Setting.of(
            "files.bytes",
            Kind.bytes(256 * MIB, 1L << 50),
            "8GiB",
            sentence(
                    "The room of all stored files in the database: images that callers fetch by address, uploaded files, cached contents and images of kept responses. A quarter is"
                            + " for images by address alone. One account gets at most 1 GiB and 1,000 files, and as much as it leaves for the others. Without room, calls that need it get"
                            + " a 429.")));

    public static final Setting<Integer> BATCH_LINES = row(
            Setting.of(
                    "batches.lines",
                    Kind.wholeNumber(0, 10_000),
                    "128",
                    sentence(
                            "Lines of batches that run on a server at the same time. One account gets at most half of them. With 0, no batches can be created.")));

    public static final Setting<List<String>> MEDIA_ALLOW = row(Setting.of(
            "media.allow",
            Kind.places(),
            "",
            sentence(
                    "Hosts that media may be downloaded from, in addition to public addresses on ports 80 and 443. Without a"
                            + " port: ports 80 and 443.")));
    public static final Setting<List<String>> MEDIA_GS = row(Setting.of(
            "media.gs",
            Kind.list(sentence("names of buckets"), "[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
            "",
            sentence(
                    "Google Cloud Storage buckets whose files callers can name as gs://bucket/file. The upstream's key must be"
                            + " able to read them.")));
    public static final Setting<Long> MEDIA_BYTES = row(Setting.of(
            "media.bytes",
            Kind.bytes(1_024, 2L << 30),
            "100MiB",
            sentence("The largest media file that is downloaded.")));
    public static final Setting<Long> MEDIA_CALL_BYTES = row(Setting.of(
            "media.call-bytes",
            Kind.bytes(1_024, 16L << 30),
            "300MiB",
            sentence("The total size of the media files of a call.")));
    public static final Setting<Long> MEDIA_MADE_BYTES = row(Setting.of(
            "media.made-bytes",
            Kind.bytes(1_024, 1L << 30),
            "32MiB",
            sentence("The largest image that a model may make. With a larger one the call fails and is free.")));
    public static final Setting<Long> MEDIA_SPOOL_BYTES = row(Setting.of(
            "media.spool-bytes",
            Kind.bytes(1_024, 1L << 40),
            "4GiB",
            sentence(
                    "Disk space for downloaded media files and for images that models make, while their calls run. One account gets at most half of it, so set it"
                            + " to at least twice media.call-bytes.")));
    public static final Setting<Duration> MEDIA_TIME = row(Setting.of(
            "media.time",
            Kind.time(TICK, DAY),
            "30s",
            sentence("The longest time for one download, including redirects.")));
    public static final Setting<Integer> MEDIA_REDIRECTS =
            row(Setting.of("media.redirects", Kind.wholeNumber(0, 20), "3", sentence("Redirects of one download.")));
    public static final Setting<Integer> MEDIA_DOWNLOADS = row(Setting.of(
            "media.downloads",
            Kind.wholeNumber(1, 10_000),
            "64",
            sentence("Concurrent downloads. Further downloads wait.")));
    public static final Setting<Integer> MEDIA_ACCOUNT_DOWNLOADS = row(Setting.of(
            "media.account-downloads",
            Kind.wholeNumber(1, 10_000),
            "8",
            sentence("Concurrent downloads of one account.")));

    public static final Setting<Duration> ANNOUNCE = row(Setting.of(
            "timeouts.announce",
            Kind.time(Duration.ZERO, DAY),
            "0s",
            sentence(
                    "The time after a stop signal during which the server still accepts calls while /health/ready already reports"
                            + " the stop. Set it to the time that a load balancer needs to notice.")));
    public static final Setting<Duration> DRAIN = row(Setting.of(
            "timeouts.drain",
            Kind.time(Duration.ZERO, DAY),
            "30s",
            sentence("The longest time that open calls may continue after new ones are refused.")));
    public static final Setting<Duration> BODY = row(Setting.of(
            "timeouts.body",
            Kind.time(TICK, DAY),
            "30s",
            sentence("The period over which the minimum speed of a body is measured.")));
    public static final Setting<Duration> BODY_TOTAL = row(Setting.of(
            "timeouts.body-total",
            Kind.time(TICK, DAY),
            "120s",
            sentence("The longest time for a whole body to arrive.")));
    public static final Setting<Duration> IDLE = row(Setting.of(
            "timeouts.idle",
            Kind.time(TICK, DAY),
            "75s",
            sentence("The longest time that a connection stays open without a call.")));
    public static final Setting<Duration> WRITE = row(Setting.of(
            "timeouts.write",
            Kind.time(TICK, DAY),
            "120s",
            sentence("The longest time that a caller may leave a response unread.")));
    public static final Setting<Duration> CALL = row(Setting.of(
            "timeouts.call",
            Kind.time(TICK, DAY),
            "15m",
            sentence("The longest time for a call. Its response then ends as if it had reached its maximum length.")));
    public static final Setting<Duration> UPSTREAM_CONNECT = row(Setting.of(
            "timeouts.upstream-connect",
            Kind.time(TICK, DAY),
            "5s",
            sentence("The longest time to connect to the upstream.")));
    public static final Setting<Duration> UPSTREAM_FIRST = row(Setting.of(
            "timeouts.upstream-first",
            Kind.time(TICK, DAY),
            "10m",
            sentence("The longest time until an upstream's response starts.")));
    public static final Setting<Duration> UPSTREAM_IDLE = row(Setting.of(
            "timeouts.upstream-idle",
            Kind.time(TICK, DAY),
            "120s",
            sentence("The longest pause within a response of an upstream.")));

    private TrafficSettings() {}

    private static <T> Setting<T> row(Setting<T> setting) {
        ROWS.add(setting);
        return setting;
    }

    /** Returns these settings in their order. */
    static List<Setting<?>> rows() {
        return ROWS;
    }
}
