package dev.tollgate.base.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every setting there is: the loader, the command line's help and docs/configuration.md are made from these rows. */
public final class SettingTable {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration DAY = Duration.ofDays(1);
    private static final long MIB = 1 << 20;

    /** Not a setting of the file: it names the file. */
    static final Setting<Path> CONFIG =
            Setting.of("config", Kind.path(), "", "A YAML file with settings. Such a file cannot name another one.");

    static final Setting<Integer> PORT =
            Setting.of("port", Kind.wholeNumber(0, 65_535), "8080", "The port to listen on. 0 takes any free port.");
    static final Setting<String> HOST = Setting.of(
            "host",
            Kind.text("an address or a host's name", "[A-Za-z0-9.:_\\[\\]-]{1,255}"),
            "127.0.0.1",
            "The address to listen on. 0.0.0.0 listens on every address.");
    static final Setting<Path> DATA =
            Setting.of("data", Kind.path(), "./data", "The folder of the database and the control socket.");
    /** What the setting says for the embedded database. */
    static final String EMBEDDED = "sqlite";

    static final Setting<Secret> DATABASE = Setting.of(
                    "database",
                    Kind.secret(
                            "sqlite: the embedded file in the data folder, or jdbc:postgresql://HOST/NAME?user=U&password=P",
                            "sqlite|jdbc:postgresql:(//[A-Za-z0-9.:,_\\[\\]-]{0,500}/)?[A-Za-z0-9_%.-]{0,200}(\\?[!-~]{0,1000})?"),
                    EMBEDDED,
                    "The database of accounts, keys and tasks. Several servers can share one PostgreSQL (15 or newer); each"
                            + " needs its own data folder and the same secret key.")
            .hidden()
            .from("TOLLGATE_DATABASE_URL");
    static final Setting<Boolean> MIGRATES = Setting.of(
            "schema.migrate",
            Kind.flag(),
            "true",
            "Whether a server on PostgreSQL updates the schema when it starts. If not, it waits up to ten minutes for"
                    + " ./tollgate migrate.");
    static final Setting<Path> MODELS_FILE =
            Setting.of("models.file", Kind.path(), "", "A catalogue of models that replaces the built-in one.");

    static final Setting<Secret> SECRET_KEY = Setting.secret(
            "secret.key",
            "64 hex digits",
            "[0-9a-fA-F]{64}",
            "The key that encrypts secrets in the database. Default: the file secret.key in the data folder, created at"
                    + " the first start. Required with PostgreSQL.");

    static final Setting<Secret> GEMINI_API_KEY = Setting.secret(
                    "gemini.api-key",
                    "1 to 512 printable characters without a space",
                    "[!-~]{1,512}",
                    "A key of the Gemini API. Without it the built-in sandbox answers.")
            .from("GEMINI_API_KEY");
    static final Setting<URI> GEMINI_BASE_URL = Setting.of(
                    "gemini.base-url",
                    Kind.baseUrl(),
                    "",
                    "Another server that speaks the Gemini protocol, without the version's path. It needs no API key.")
            .from("GOOGLE_GEMINI_BASE_URL");

    static final Setting<Path> CHANNELS_FILE = Setting.of(
            "channels.file",
            Kind.path(),
            "",
            "A file of channels that calls are spread over. It replaces the channel of gemini.* and is read again on"
                    + " SIGHUP. See channels.md.");

    static final Setting<Settings.Proxy> UPSTREAM_PROXY = Setting.of(
                    "upstream.proxy",
                    Kind.proxy(),
                    "",
                    "The HTTP proxy for connections to upstreams, Stripe and the sign-in provider: Tollgate asks it to CONNECT,"
                            + " for http URLs, too. This machine is never reached through it, and neither is mail.host. Default:"
                            + " the first of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY that is set, in upper or lower case.")
            .hidden();
    static final Setting<List<String>> UPSTREAM_NO_PROXY = Setting.of(
            "upstream.no-proxy",
            Kind.direct(),
            "",
            "Hosts that are reached without upstream.proxy. Addresses and ranges match URLs that have an address: names are"
                    + " not looked up. Default: NO_PROXY, in upper or lower case.");

    static final Setting<Secret> ADMIN_KEY = Setting.secret(
            "admin.key",
            "16 to 256 printable characters without a space",
            "[!-~]{16,256}",
            "The key of the operator's routes under /admin. Without it the first start creates one and shows it once: on"
                    + " a terminal, or else in the data folder's file first-start.");

    static final Setting<Settings.Listen> ADMIN_LISTEN = Setting.of(
            "admin.listen",
            Kind.listen(),
            "",
            "A separate address for /admin and /metrics, like 127.0.0.1:9464 or [::1]:9464. They are then served only"
                    + " there, over plain HTTP unless admin.tls.certificate is set. Health checks answer at both addresses.");
    static final Setting<Path> ADMIN_CERTIFICATE = Setting.of(
            "admin.tls.certificate",
            Kind.path(),
            "",
            "A PEM file with the certificate of admin.listen, followed by the chain to its root. It turns on HTTPS"
                    + " there. This file and the other two are read again when they change.");
    static final Setting<Path> ADMIN_CERTIFICATE_KEY = Setting.of(
            "admin.tls.key",
            Kind.path(),
            "",
            "A PEM file with the private key of that certificate (PKCS#8, not encrypted). Other users of this machine"
                    + " must not be able to read it.");
    static final Setting<Path> ADMIN_CLIENT_CA = Setting.of(
            "admin.tls.client-ca",
            Kind.path(),
            "",
            "A PEM file with certificate authorities. A client with a certificate signed by one of them needs no admin"
                    + " key at admin.listen.");
    static final Setting<List<String>> CONSOLE_ALLOW = Setting.of(
            "console.allow",
            Kind.addresses(10),
            "",
            "Addresses from which operators can see /console. Default: every address.");

    static final Setting<Secret> DEMO_KEY = Setting.secret(
            "demo.key",
            "sk- and 8 to 128 of A-Z a-z 0-9 _ -",
            "sk-[A-Za-z0-9_-]{8,128}",
            "The key of the demo account. Without it the first start creates one.");
    static final Setting<Long> DEMO_CREDITS = Setting.of(
            "demo.credits",
            Kind.credits(1_000_000_000_000_000L),
            "10000",
            "Credits of the demo account. With a real upstream the account is created only if demo.credits or demo.key"
                    + " is set.");

    static final Setting<URI> PUBLIC_URL = Setting.of(
            "public.url",
            Kind.site(),
            "",
            "The address people use to reach this server, like https://ai.example.org. It appears in e-mails and code"
                    + " samples, and pages are served under this name only. Without it pages work on this machine's own addresses"
                    + " and no e-mail is sent.");
    static final Setting<String> BRAND = Setting.of(
            "brand.name",
            Kind.text("1 to 40 printable characters", "[^\\p{Cntrl}]{1,40}"),
            "Tollgate",
            "The name of this service on its pages.");
    private static final String PAGE = "https?://[!-~]{1,500}";
    public static final Setting<String> TERMS = Setting.of(
                    "brand.terms",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "The URL of your terms. Every page links to it in its footer.")
            .whileRunning();
    public static final Setting<String> PRIVACY = Setting.of(
                    "brand.privacy",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "The URL of your privacy notice. Every page links to it in its footer.")
            .whileRunning();
    public static final Setting<String> IMPRINT = Setting.of(
                    "brand.imprint",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "The URL of your imprint. Every page links to it in its footer.")
            .whileRunning();
    public static final Setting<String> SUPPORT = Setting.of(
                    "brand.support",
                    Kind.text("an http, https or mailto URL", PAGE + "|mailto:[!-~]{3,250}"),
                    "",
                    "The address of your support, like mailto:help@example.org. Every page links to it in its footer.")
            .whileRunning();
    public static final Setting<String> ANNOUNCEMENT = Setting.of(
                    "brand.announcement",
                    Kind.text("1 to 300 printable characters", "[^\\p{Cntrl}]{1,300}"),
                    "",
                    "A sentence at the top of every page.")
            .whileRunning();
    public static final Setting<String> SIGN_UP = Setting.of(
                    "sign-up.open",
                    Kind.word("auto", "true", "false"),
                    "auto",
                    "Whether visitors can create an account. auto: only while nothing but the sandbox answers. With mail, a link"
                            + " sent to the address creates the account. Without mail, the page reveals whether an address has an account.")
            .whileRunning();
    public static final Setting<Long> SIGN_UP_CREDITS = Setting.of(
                    "sign-up.credits",
                    Kind.credits(1_000_000_000_000_000L),
                    "50",
                    "Credits that a new account starts with. With a real channel they go only to addresses confirmed by e-mail;"
                            + " without mail, to no account.")
            .whileRunning();
    static final Setting<Secret> OPERATOR_PASSWORD = Setting.secret(
            "operator.password",
            "10 to 128 characters",
            "[^\\p{Cntrl}]{10,128}",
            "The password of the first operator, for the pages. It has no effect once there is an operator. Without it"
                    + " the first start creates one and shows it once: on a terminal, or else in the data folder's file"
                    + " first-start.");

    static final Setting<String> MAIL_HOST = Setting.of(
            "mail.host",
            Kind.text("an address or a host's name", "[A-Za-z0-9.:_-]{1,255}"),
            "",
            "The SMTP server for this server's e-mails. Without it, or without public.url, no e-mail is sent.");
    static final Setting<Integer> MAIL_PORT =
            Setting.of("mail.port", Kind.wholeNumber(1, 65_535), "587", "The port of mail.host.");
    static final Setting<String> MAIL_TLS = Setting.of(
            "mail.tls",
            Kind.word("auto", "starttls", "implicit", "none"),
            "auto",
            "The TLS mode for mail.host. auto: implicit on port 465, none on this machine, otherwise starttls. If the"
                    + " required encryption is unavailable, no e-mail is sent.");
    static final Setting<String> MAIL_USER = Setting.of(
            "mail.user",
            Kind.text("1 to 256 printable characters", "[^\\p{Cntrl}]{1,256}"),
            "",
            "The user name at mail.host, together with mail.password.");
    static final Setting<Secret> MAIL_PASSWORD = Setting.secret(
            "mail.password", "1 to 512 printable characters", "[^\\p{Cntrl}]{1,512}", "The password of mail.user.");
    static final Setting<String> MAIL_FROM = Setting.of(
            "mail.from",
            Kind.text(
                    "an e-mail address in ASCII, like tollgate@example.org",
                    "[!#-'*+\\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,189}"),
            "",
            "The sender's address of e-mails. Required with mail.host.");
    static final Setting<URI> OIDC_ISSUER = Setting.of(
            "oidc.issuer",
            Kind.issuer(),
            "",
            "The OpenID Connect provider for sign-in. It sends browsers back to /sign-in/oidc under public.url and has"
                    + " no effect without public.url.");
    static final Setting<String> OIDC_CLIENT_ID = Setting.of(
            "oidc.client-id",
            Kind.text("1 to 256 printable characters without a space", "[!-~]{1,256}"),
            "",
            "The client ID of this server at oidc.issuer. Required with it.");
    static final Setting<Secret> OIDC_CLIENT_SECRET = Setting.secret(
            "oidc.client-secret",
            "1 to 512 printable characters without a space",
            "[!-~]{1,512}",
            "The client secret of this server at oidc.issuer. Required with it.");
    static final Setting<String> OIDC_NAME = Setting.of(
            "oidc.name",
            Kind.text("1 to 40 printable characters", "[^\\p{Cntrl}]{1,40}"),
            "",
            "The name of oidc.issuer on the sign-in button. Default: the issuer's host.");
    static final Setting<Secret> STRIPE_KEY = Setting.secret(
            "stripe.secret-key",
            "sk_test_, sk_live_, rk_test_ or rk_live_ and 8 to 250 letters, digits or underscores",
            "(sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}",
            "The secret key of your Stripe account. With it customers pay by Stripe Checkout. Its prefix says whether"
                    + " money moves: test or live.");
    static final Setting<Secret> STRIPE_WEBHOOK_SECRET = Setting.secret(
            "stripe.webhook-secret",
            "1 to 4 secrets of 8 to 250 printable characters without a space, with commas between them",
            "[!-+\\--~]{8,250}(,[!-+\\--~]{8,250}){0,3}",
            "The secret that Stripe signs its events to /webhooks/stripe with. Required with stripe.secret-key. Several"
                    + " are allowed while you replace one.");
    static final Setting<URI> STRIPE_URL =
            Setting.of("stripe.url", Kind.baseUrl(), "https://api.stripe.com", "The address of Stripe's API.");
    static final Setting<Boolean> STRIPE_TAX = Setting.of(
            "stripe.tax", Kind.flag(), "false", "Whether Stripe Tax calculates tax and adds it to the price.");
    static final Setting<Boolean> STRIPE_TEST_KEY = Setting.of(
            "stripe.allow-test-key",
            Kind.flag(),
            "false",
            "Whether a Stripe test key is accepted with a real upstream. Customers then get credits for real calls without paying.");
    public static final Setting<String> SELLER_NAME = Setting.of(
                    "seller.name",
                    Kind.text("at most 120 printable characters", "[^\\p{Cntrl}]{1,120}"),
                    "",
                    "The seller on future invoices. Without it they are called payment receipts. Each name has its own sequence"
                            + " of numbers.")
            .whileRunning();
    public static final Setting<String> SELLER_ADDRESS = Setting.of(
                    "seller.address",
                    Kind.text("at most 500 printable characters", "[^\\p{Cntrl}]{1,500}"),
                    "",
                    "The seller's address on invoices. A semicolon ends a line.")
            .whileRunning();
    public static final Setting<String> SELLER_VAT_ID = Setting.of(
                    "seller.vat-id",
                    Kind.text("at most 40 letters, digits, spaces and . / -", "[A-Za-z0-9 ./-]{1,40}"),
                    "",
                    "The seller's VAT ID on invoices.")
            .whileRunning();

    static final Setting<Integer> SANDBOX_PORT = Setting.of(
            "sandbox.port", Kind.wholeNumber(0, 65_535), "0", "The sandbox's loopback port. 0 takes any free port.");
    static final Setting<Long> SANDBOX_SEED = Setting.of(
            "sandbox.seed",
            Kind.number(),
            "1",
            "The seed of the sandbox's answers, which depend on it and on the call.");
    static final Setting<Duration> SANDBOX_PACE = Setting.of(
            "sandbox.pace",
            Kind.time(Duration.ZERO, Duration.ofSeconds(60)),
            "0ms",
            "The sandbox's pause before each event.");

    static final Setting<Integer> TRUSTED_HOPS = Setting.of(
            "http.trusted-hops",
            Kind.wholeNumber(0, 32),
            "0",
            "The number of reverse proxies in front of the server that append to X-Forwarded-For. 0: the header is"
                    + " ignored.");
    public static final Setting<Boolean> ACCESS_LOG = Setting.of(
                    "http.access-log",
                    Kind.flag(),
                    "false",
                    "Whether each request is logged in one line: route, outcome and cost, never its query, headers or body.")
            .whileRunning();
    public static final Setting<String> LOG_FORMAT = Setting.of(
                    "log.format",
                    Kind.word("text", "json"),
                    "text",
                    "The format of log lines: text for people, json for one JSON object per line.")
            .whileRunning();
    public static final Setting<String> LOG_ADDRESSES = Setting.of(
                    "log.addresses",
                    Kind.word("cut", "whole"),
                    "cut",
                    "How much of a caller's address the access log shows. cut: the network (IPv4 /24, IPv6 /48). whole: the full"
                            + " address.")
            .whileRunning();
    static final Setting<URI> TELEMETRY_ENDPOINT = Setting.of(
                    "telemetry.otlp-endpoint",
                    Kind.baseUrl(),
                    "",
                    "The OpenTelemetry collector for traces of calls (OTLP over HTTP), like http://127.0.0.1:4318. Tollgate"
                            + " appends /v1/traces. Without it no traces are sent.")
            .from("OTEL_EXPORTER_OTLP_ENDPOINT");
    static final Setting<Secret> TELEMETRY_HEADERS = Setting.secret(
                    "telemetry.otlp-headers",
                    "NAME=VALUE, several with commas between them",
                    "[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}(,[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}){0,9}",
                    "Headers to send to the collector.")
            .from("OTEL_EXPORTER_OTLP_HEADERS");
    static final Setting<Integer> TELEMETRY_PERCENT = Setting.of(
            "telemetry.percent",
            Kind.wholeNumber(0, 100),
            "1",
            "The percentage of successful calls that are traced. Failed and slow calls are always traced.");
    static final Setting<Boolean> TRUST_PARENT = Setting.of(
            "telemetry.trust-parent",
            Kind.flag(),
            "false",
            "Whether a caller's traceparent becomes the parent span and its sampling flag is followed. Otherwise spans"
                    + " only link to it. Leave it off if untrusted callers have access.");
    static final Setting<List<String>> CORS_ORIGINS = Setting.of(
            "cors.origins",
            Kind.list("* for any, or origins like https://example.org", "\\*|null|https?://[A-Za-z0-9.:_\\[\\]-]+"),
            "*",
            "Origins of web pages that may call the API from a browser, never with credentials.");
    static final Setting<List<String>> JSON_CLIENTS = Setting.of(
            "clients.json",
            Kind.list(
                    "accept-json, header:NAME, agent:PART or product:NAME",
                    "accept-json|header:[A-Za-z0-9-]{1,64}|agent:[!-+\\--~]{1,64}|product:[!-+\\-.0-~]{1,64}"),
            "accept-json, header:x-stainless-lang, agent:ai-sdk, product:node, product:undici, product:deno, product:bun,"
                    + " product:python-requests, product:python-urllib, product:okhttp, product:java-http-client, product:java,"
                    + " product:guzzlehttp, product:ruby, product:faraday, product:dart",
            "Clients that get JSON if a call has no \"stream\" and its model streams by default. accept-json: the Accept"
                    + " header names application/json and not text/event-stream. header:NAME: the client sends that header."
                    + " agent:PART: its user agent contains the part. product:NAME: its user agent has a product of exactly that"
                    + " name.");

    static final Setting<Long> BODY_BYTES = Setting.of(
            "limits.body-bytes",
            Kind.bytes(1_024, 1 << 30),
            "32MiB",
            "The largest body of a call, both as sent and decompressed.");
    static final Setting<Long> HEADER_BYTES =
            Setting.of("limits.header-bytes", Kind.bytes(1_024, MIB), "32KiB", "The longest header block of a call.");
    static final Setting<Integer> CONNECTIONS =
            Setting.of("limits.connections", Kind.wholeNumber(1, 1_000_000), "16384", "Open connections of callers.");
    static final Setting<Integer> ADDRESS_CONNECTIONS = Setting.of(
            "limits.address-connections",
            Kind.wholeNumber(1, 1_000_000),
            "",
            "Open connections of one address (IPv6: one /64). Behind trusted hops: concurrent requests of one caller."
                    + " Default: a quarter of limits.connections.");
    static final Setting<Integer> NESTING =
            Setting.of("limits.nesting", Kind.wholeNumber(8, 500), "64", "Levels of nesting in a body.");
    static final Setting<Integer> MESSAGES =
            Setting.of("limits.messages", Kind.wholeNumber(1, 1_000_000), "10000", "Messages in a call.");
    static final Setting<Integer> TOOLS =
            Setting.of("limits.tools", Kind.wholeNumber(0, 10_000), "128", "Tools in a call.");
    static final Setting<Integer> MEDIA = Setting.of(
            "limits.media", Kind.wholeNumber(0, 10_000), "100", "Images, audio, videos and files in a call.");

    static final Setting<List<String>> MEDIA_ALLOW = Setting.of(
            "media.allow",
            Kind.places(),
            "",
            "Hosts that media may be downloaded from, in addition to public addresses on ports 80 and 443. Without a"
                    + " port: ports 80 and 443.");
    static final Setting<List<String>> MEDIA_GS = Setting.of(
            "media.gs",
            Kind.list("names of buckets", "[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
            "",
            "Google Cloud Storage buckets whose files callers can name as gs://bucket/file. The upstream's key must be"
                    + " able to read them.");
    static final Setting<Long> MEDIA_BYTES = Setting.of(
            "media.bytes", Kind.bytes(1_024, 2L << 30), "100MiB", "The largest media file that is downloaded.");
    static final Setting<Long> MEDIA_CALL_BYTES = Setting.of(
            "media.call-bytes", Kind.bytes(1_024, 16L << 30), "300MiB", "The total size of the media files of a call.");
    static final Setting<Long> MEDIA_SPOOL_BYTES = Setting.of(
            "media.spool-bytes",
            Kind.bytes(1_024, 1L << 40),
            "4GiB",
            "Disk space for downloaded media files while their calls run. One account gets at most half of it, so set it"
                    + " to at least twice media.call-bytes.");
    static final Setting<Duration> MEDIA_TIME = Setting.of(
            "media.time", Kind.time(TICK, DAY), "30s", "The longest time for one download, including redirects.");
    static final Setting<Integer> MEDIA_REDIRECTS =
            Setting.of("media.redirects", Kind.wholeNumber(0, 20), "3", "Redirects of one download.");
    static final Setting<Integer> MEDIA_DOWNLOADS = Setting.of(
            "media.downloads", Kind.wholeNumber(1, 10_000), "64", "Concurrent downloads. Further downloads wait.");
    static final Setting<Integer> MEDIA_ACCOUNT_DOWNLOADS = Setting.of(
            "media.account-downloads", Kind.wholeNumber(1, 10_000), "8", "Concurrent downloads of one account.");

    static final Setting<Duration> ANNOUNCE = Setting.of(
            "timeouts.announce",
            Kind.time(Duration.ZERO, DAY),
            "0s",
            "How long the server still accepts calls after it was told to stop, while /health/ready already reports it:"
                    + " the time a load balancer needs to notice.");
    static final Setting<Duration> DRAIN = Setting.of(
            "timeouts.drain",
            Kind.time(Duration.ZERO, DAY),
            "30s",
            "How long open calls may continue once new ones are refused.");
    static final Setting<Duration> BODY = Setting.of(
            "timeouts.body",
            Kind.time(TICK, DAY),
            "30s",
            "The period over which the minimum speed of a body is measured.");
    static final Setting<Duration> BODY_TOTAL = Setting.of(
            "timeouts.body-total", Kind.time(TICK, DAY), "120s", "The longest time for a whole body to arrive.");
    static final Setting<Duration> IDLE = Setting.of(
            "timeouts.idle",
            Kind.time(TICK, DAY),
            "75s",
            "The longest time that a connection stays open without a call.");
    static final Setting<Duration> WRITE = Setting.of(
            "timeouts.write",
            Kind.time(TICK, DAY),
            "120s",
            "The longest time that a caller may leave a response unread.");
    static final Setting<Duration> CALL = Setting.of(
            "timeouts.call",
            Kind.time(TICK, DAY),
            "15m",
            "The longest time for a call. Its answer then ends as if it had reached its length.");
    static final Setting<Duration> UPSTREAM_CONNECT = Setting.of(
            "timeouts.upstream-connect", Kind.time(TICK, DAY), "5s", "The longest time to connect to the upstream.");
    static final Setting<Duration> UPSTREAM_FIRST = Setting.of(
            "timeouts.upstream-first",
            Kind.time(TICK, DAY),
            "10m",
            "The longest time until the upstream starts to answer.");
    static final Setting<Duration> UPSTREAM_IDLE = Setting.of(
            "timeouts.upstream-idle",
            Kind.time(TICK, DAY),
            "120s",
            "The longest silence of the upstream in the middle of an answer.");

    /** Titles by the whole name of a setting, or by its first part. */
    private static final Map<String, String> GROUPS = titles();

    private static Map<String, String> titles() {
        Map<String, String> groups = new LinkedHashMap<>();
        List.of("port", "host", "public", "data", "database", "schema", "secret", "config")
                .forEach(prefix -> groups.put(prefix, "Basics"));
        List.of("gemini", "channels", "models", "upstream").forEach(prefix -> groups.put(prefix, "Upstream"));
        List.of("sandbox", "demo").forEach(prefix -> groups.put(prefix, "Sandbox and demo account"));
        groups.put("brand", "Branding");
        groups.put("sign-up", "Sign-up");
        groups.put("mail", "Mail");
        groups.put("oidc", "Single sign-on");
        groups.put("stripe", "Payments");
        groups.put("seller", "Invoices");
        List.of("operator", "console", "admin").forEach(prefix -> groups.put(prefix, "Operators"));
        List.of("http", "cors", "clients").forEach(prefix -> groups.put(prefix, "HTTP"));
        groups.put("limits", "Limits");
        groups.put("media", "Media");
        groups.put("timeouts", "Timeouts");
        List.of("log", "http.access-log").forEach(prefix -> groups.put(prefix, "Logging"));
        groups.put("telemetry", "Telemetry");
        return groups;
    }

    private static final List<Setting<?>> ALL = List.of(
            PORT,
            HOST,
            DATA,
            CONFIG,
            DATABASE,
            MIGRATES,
            SECRET_KEY,
            MODELS_FILE,
            GEMINI_API_KEY,
            GEMINI_BASE_URL,
            CHANNELS_FILE,
            UPSTREAM_PROXY,
            UPSTREAM_NO_PROXY,
            ADMIN_KEY,
            ADMIN_LISTEN,
            ADMIN_CERTIFICATE,
            ADMIN_CERTIFICATE_KEY,
            ADMIN_CLIENT_CA,
            CONSOLE_ALLOW,
            DEMO_KEY,
            DEMO_CREDITS,
            PUBLIC_URL,
            BRAND,
            TERMS,
            PRIVACY,
            IMPRINT,
            SUPPORT,
            ANNOUNCEMENT,
            SIGN_UP,
            SIGN_UP_CREDITS,
            OPERATOR_PASSWORD,
            MAIL_HOST,
            MAIL_PORT,
            MAIL_TLS,
            MAIL_USER,
            MAIL_PASSWORD,
            MAIL_FROM,
            OIDC_ISSUER,
            OIDC_CLIENT_ID,
            OIDC_CLIENT_SECRET,
            OIDC_NAME,
            STRIPE_KEY,
            STRIPE_WEBHOOK_SECRET,
            STRIPE_URL,
            STRIPE_TAX,
            STRIPE_TEST_KEY,
            SELLER_NAME,
            SELLER_ADDRESS,
            SELLER_VAT_ID,
            SANDBOX_PORT,
            SANDBOX_SEED,
            SANDBOX_PACE,
            TRUSTED_HOPS,
            ACCESS_LOG,
            LOG_FORMAT,
            LOG_ADDRESSES,
            TELEMETRY_ENDPOINT,
            TELEMETRY_HEADERS,
            TELEMETRY_PERCENT,
            TRUST_PARENT,
            CORS_ORIGINS,
            JSON_CLIENTS,
            BODY_BYTES,
            HEADER_BYTES,
            CONNECTIONS,
            ADDRESS_CONNECTIONS,
            NESTING,
            MESSAGES,
            TOOLS,
            MEDIA,
            MEDIA_ALLOW,
            MEDIA_GS,
            MEDIA_BYTES,
            MEDIA_CALL_BYTES,
            MEDIA_SPOOL_BYTES,
            MEDIA_TIME,
            MEDIA_REDIRECTS,
            MEDIA_DOWNLOADS,
            MEDIA_ACCOUNT_DOWNLOADS,
            ANNOUNCE,
            DRAIN,
            BODY,
            BODY_TOTAL,
            IDLE,
            WRITE,
            CALL,
            UPSTREAM_CONNECT,
            UPSTREAM_FIRST,
            UPSTREAM_IDLE);

    private SettingTable() {}

    /** In the order in which they are told. */
    public static List<Setting<?>> all() {
        return ALL;
    }

    /** Those that say where the data lies: what commands beside the server need. */
    public static List<Setting<?>> ofTheStore() {
        return List.of(DATA, CONFIG, DATABASE, SECRET_KEY);
    }

    /** Returns all settings by the title of their group, in the order of docs/configuration.md. */
    public static Map<String, List<Setting<?>>> groups() {
        Map<String, List<Setting<?>>> groups = new LinkedHashMap<>();
        GROUPS.values().forEach(group -> groups.putIfAbsent(group, new ArrayList<>()));
        ALL.forEach(setting ->
                groups.computeIfAbsent(setting.group(), _ -> new ArrayList<>()).add(setting));
        return groups;
    }

    /** Returns the title of the group of a setting with this name. */
    static String group(String name) {
        String group = GROUPS.containsKey(name) ? GROUPS.get(name) : GROUPS.get(name.replaceFirst("\\..*", ""));
        if (group == null) {
            throw new IllegalArgumentException("name the group of settings like " + name);
        }
        return group;
    }

    /** Returns the part of docs/configuration.md that is generated: a heading for each group, a block for each setting. */
    public static String markdown() {
        StringBuilder text = new StringBuilder();
        groups().forEach((title, settings) -> {
            text.append("## ").append(title).append("\n\n");
            settings.forEach(setting -> text.append("### `%s`\n\n%s\n\n`%s` · `%s` · %s · default: %s%s\n\n"
                    .formatted(
                            setting.name(),
                            setting.doc(),
                            setting.option(),
                            setting.variable(),
                            setting.allowed(),
                            setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`",
                            setting.changeable() ? " · can be changed in the console" : "")));
        });
        return text.toString();
    }
}
