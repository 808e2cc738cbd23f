package dev.tollgate.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Every setting there is: the loader, the command line's help and docs/configuration.md are made from these rows. */
public final class SettingTable {

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration DAY = Duration.ofDays(1);
    private static final long MIB = 1 << 20;

    /** Not a setting of the file: it names the file. */
    static final Setting<Path> CONFIG =
            Setting.of("config", Kind.path(), "", "A YAML file with settings. Not possible inside such a file.");

    static final Setting<Integer> PORT =
            Setting.of("port", Kind.wholeNumber(0, 65_535), "8080", "Where to listen; 0 takes any free port.");
    static final Setting<String> HOST = Setting.of(
            "host",
            Kind.text("an address or a host's name", "[A-Za-z0-9.:_\\[\\]-]{1,255}"),
            "127.0.0.1",
            "The address to listen on; 0.0.0.0 for every one.");
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
                    "Where accounts, keys and tasks are kept. Several servers may share one PostgreSQL (15 or newer); each needs a data"
                            + " folder of its own and the same secret key.")
            .hidden()
            .from("TOLLGATE_DATABASE_URL");
    static final Setting<Boolean> MIGRATES = Setting.of(
            "schema.migrate",
            Kind.flag(),
            "true",
            "Whether a server over PostgreSQL brings the schema up to date when it starts; if not, it waits up to ten minutes for"
                    + " ./tollgate migrate.");
    static final Setting<Path> MODELS_FILE =
            Setting.of("models.file", Kind.path(), "", "A catalogue of models, in place of the one that is built in.");

    static final Setting<Secret> SECRET_KEY = Setting.secret(
            "secret.key",
            "64 hex digits",
            "[0-9a-fA-F]{64}",
            "The key that secrets in the database are encrypted with; without it the data folder's secret.key, made at the first start."
                    + " With PostgreSQL it must be set.");

    static final Setting<Secret> GEMINI_API_KEY = Setting.secret(
                    "gemini.api-key",
                    "1 to 512 printable characters without a space",
                    "[!-~]{1,512}",
                    "With it the Gemini API answers, without it the built-in sandbox.")
            .from("GEMINI_API_KEY");
    static final Setting<URI> GEMINI_BASE_URL = Setting.of(
                    "gemini.base-url",
                    Kind.baseUrl(),
                    "",
                    "Another server that speaks the Gemini protocol, without the version's path. Suffices without a key.")
            .from("GOOGLE_GEMINI_BASE_URL");

    static final Setting<Path> CHANNELS_FILE = Setting.of(
            "channels.file",
            Kind.path(),
            "",
            "The channels that calls are spread over, in place of the one of gemini.*; read again on SIGHUP. See channels.md.");

    static final Setting<Secret> ADMIN_KEY = Setting.secret(
            "admin.key",
            "16 to 256 printable characters without a space",
            "[!-~]{16,256}",
            "Opens the operator's routes under /admin. Without it one is made at the first start and told once: on a terminal, else in the data folder's file first-start.");

    static final Setting<Settings.Listen> ADMIN_LISTEN = Setting.of(
            "admin.listen",
            Kind.listen(),
            "",
            "An address of its own for /admin and /metrics, like 127.0.0.1:9464 or [::1]:9464: then they are served there alone, in plain"
                    + " HTTP unless there is a certificate for it. The health checks answer at both.");
    static final Setting<Path> ADMIN_CERTIFICATE = Setting.of(
            "admin.tls.certificate",
            Kind.path(),
            "",
            "A PEM file with the certificate of admin.listen, and behind it those that lead to its root: then HTTPS is spoken there. Read again"
                    + " when it changes, as are the other two.");
    static final Setting<Path> ADMIN_CERTIFICATE_KEY = Setting.of(
            "admin.tls.key",
            Kind.path(),
            "",
            "A PEM file with that certificate's private key (PKCS#8, not encrypted) that other users of this machine cannot read.");
    static final Setting<Path> ADMIN_CLIENT_CA = Setting.of(
            "admin.tls.client-ca",
            Kind.path(),
            "",
            "A PEM file with certificates: whoever shows one that they have signed needs no admin key at admin.listen.");
    static final Setting<List<String>> CONSOLE_ALLOW = Setting.of(
            "console.allow",
            Kind.addresses(10),
            "",
            "Where operators may come from to see /console; without it from everywhere.");

    static final Setting<Secret> DEMO_KEY = Setting.secret(
            "demo.key",
            "sk- and 8 to 128 of A-Z a-z 0-9 _ -",
            "sk-[A-Za-z0-9_-]{8,128}",
            "Fixes the demo account's key; without it one is made at the first start.");
    static final Setting<Long> DEMO_CREDITS = Setting.of(
            "demo.credits",
            Kind.credits(1_000_000_000_000_000L),
            "10000",
            "The demo account's credits. Against a real upstream the account is made only if this or its key is set.");

    static final Setting<URI> PUBLIC_URL = Setting.of(
            "public.url",
            Kind.site(),
            "",
            "Where people find this server, like https://ai.example.org: it stands in mails and snippets, and its pages are shown under no"
                    + " other name. Without it pages are shown on this machine's own addresses, and no mail is sent.");
    static final Setting<String> BRAND = Setting.of(
            "brand.name",
            Kind.text("1 to 40 printable characters", "[^\\p{Cntrl}]{1,40}"),
            "Tollgate",
            "What the pages call this service.");
    private static final String PAGE = "https?://[!-~]{1,500}";
    public static final Setting<String> TERMS = Setting.of(
                    "brand.terms",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "Your terms: a link at the foot of every page.")
            .whileRunning();
    public static final Setting<String> PRIVACY = Setting.of(
                    "brand.privacy",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "Your privacy notice: a link at the foot of every page.")
            .whileRunning();
    public static final Setting<String> IMPRINT = Setting.of(
                    "brand.imprint",
                    Kind.text("an http or https URL", PAGE),
                    "",
                    "Your imprint: a link at the foot of every page.")
            .whileRunning();
    public static final Setting<String> SUPPORT = Setting.of(
                    "brand.support",
                    Kind.text("an http, https or mailto URL", PAGE + "|mailto:[!-~]{3,250}"),
                    "",
                    "Where people find help, like mailto:help@example.org: a link at the foot of every page.")
            .whileRunning();
    public static final Setting<String> ANNOUNCEMENT = Setting.of(
                    "brand.announcement",
                    Kind.text("1 to 300 printable characters", "[^\\p{Cntrl}]{1,300}"),
                    "",
                    "A sentence at the top of every page, while there is something to announce.")
            .whileRunning();
    public static final Setting<String> SIGN_UP = Setting.of(
                    "sign-up.open",
                    Kind.text("auto, true or false", "auto|true|false"),
                    "auto",
                    "Whether anybody can make an account on the pages; auto: while nothing but the sandbox answers. With mail, a link that is sent"
                            + " to the address makes it; without, the page shows whether an address has an account.")
            .whileRunning();
    public static final Setting<Long> SIGN_UP_CREDITS = Setting.of(
                    "sign-up.credits",
                    Kind.credits(1_000_000_000_000_000L),
                    "50",
                    "The credits that a new account begins with. Where a real channel answers they are for addresses that were confirmed by mail;"
                            + " without mail nobody gets them.")
            .whileRunning();
    static final Setting<Secret> OPERATOR_PASSWORD = Setting.secret(
            "operator.password",
            "10 to 128 characters",
            "[^\\p{Cntrl}]{10,128}",
            "The first operator's password for the pages, where there is no operator yet. Without it one is made and told once: on a terminal, else in the data folder's file first-start.");

    static final Setting<String> MAIL_HOST = Setting.of(
            "mail.host",
            Kind.text("an address or a host's name", "[A-Za-z0-9.:_-]{1,255}"),
            "",
            "The SMTP server that takes this server's mails. Without it, or without public.url, no mail is sent.");
    static final Setting<Integer> MAIL_PORT =
            Setting.of("mail.port", Kind.wholeNumber(1, 65_535), "587", "The port of mail.host.");
    static final Setting<String> MAIL_TLS = Setting.of(
            "mail.tls",
            Kind.text("auto, starttls, implicit or none", "auto|starttls|implicit|none"),
            "auto",
            "How the way to mail.host is protected: by STARTTLS, by TLS from the first word, or not; auto: the second on port 465, nothing"
                    + " on this machine itself, else the first. Where it is to be protected and cannot be, no mail is sent.");
    static final Setting<String> MAIL_USER = Setting.of(
            "mail.user",
            Kind.text("1 to 256 printable characters", "[^\\p{Cntrl}]{1,256}"),
            "",
            "Who signs in at mail.host; with mail.password.");
    static final Setting<Secret> MAIL_PASSWORD = Setting.secret(
            "mail.password", "1 to 512 printable characters", "[^\\p{Cntrl}]{1,512}", "The password of mail.user.");
    static final Setting<String> MAIL_FROM = Setting.of(
            "mail.from",
            Kind.text(
                    "an e-mail address in ASCII, like tollgate@example.org",
                    "[!#-'*+\\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,189}"),
            "",
            "The sender's address of mails; needed with mail.host.");
    static final Setting<URI> OIDC_ISSUER = Setting.of(
            "oidc.issuer",
            Kind.issuer(),
            "",
            "The provider of sign-ins by OpenID Connect; it sends browsers back to /sign-in/oidc under public.url, without which it has no"
                    + " effect.");
    static final Setting<String> OIDC_CLIENT_ID = Setting.of(
            "oidc.client-id",
            Kind.text("1 to 256 printable characters without a space", "[!-~]{1,256}"),
            "",
            "What this server is called at oidc.issuer; needed beside it.");
    static final Setting<Secret> OIDC_CLIENT_SECRET = Setting.secret(
            "oidc.client-secret",
            "1 to 512 printable characters without a space",
            "[!-~]{1,512}",
            "What this server shows oidc.issuer; needed beside it.");
    static final Setting<String> OIDC_NAME = Setting.of(
            "oidc.name",
            Kind.text("1 to 40 printable characters", "[^\\p{Cntrl}]{1,40}"),
            "",
            "What people call oidc.issuer, on the button at the door; without it the issuer's host.");
    static final Setting<Secret> STRIPE_KEY = Setting.secret(
            "stripe.secret-key",
            "sk_test_, sk_live_, rk_test_ or rk_live_ and 8 to 250 letters, digits or underscores",
            "(sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}",
            "With it customers pay by Stripe Checkout. Whether money moves is told by its beginning: test or live.");
    static final Setting<Secret> STRIPE_WEBHOOK_SECRET = Setting.secret(
            "stripe.webhook-secret",
            "1 to 4 secrets of 8 to 250 printable characters without a space, with commas between them",
            "[!-+\\--~]{8,250}(,[!-+\\--~]{8,250}){0,3}",
            "What Stripe signs its events with that it sends to /webhooks/stripe; needed beside stripe.secret-key. Several while one is"
                    + " replaced.");
    static final Setting<URI> STRIPE_URL =
            Setting.of("stripe.url", Kind.baseUrl(), "https://api.stripe.com", "Where Stripe is asked for a payment.");
    static final Setting<Boolean> STRIPE_TAX = Setting.of(
            "stripe.tax", Kind.flag(), "false", "Lets Stripe Tax work out the tax that comes on top of the price.");
    public static final Setting<String> SELLER_NAME = Setting.of(
                    "seller.name",
                    Kind.text("at most 120 printable characters", "[^\\p{Cntrl}]{1,120}"),
                    "",
                    "Who sells, on invoices from now on; without it they are called payment receipts. Each name has numbers of its own.")
            .whileRunning();
    public static final Setting<String> SELLER_ADDRESS = Setting.of(
                    "seller.address",
                    Kind.text("at most 500 printable characters", "[^\\p{Cntrl}]{1,500}"),
                    "",
                    "The seller's address on invoices; a semicolon ends a line.")
            .whileRunning();
    public static final Setting<String> SELLER_VAT_ID = Setting.of(
                    "seller.vat-id",
                    Kind.text("at most 40 letters, digits, spaces and . / -", "[A-Za-z0-9 ./-]{1,40}"),
                    "",
                    "The seller's VAT id on invoices.")
            .whileRunning();

    static final Setting<Integer> SANDBOX_PORT = Setting.of(
            "sandbox.port", Kind.wholeNumber(0, 65_535), "0", "The sandbox's loopback port; 0 takes any free one.");
    static final Setting<Long> SANDBOX_SEED =
            Setting.of("sandbox.seed", Kind.number(), "1", "The sandbox's answers are drawn from it and the call.");
    static final Setting<Duration> SANDBOX_PACE = Setting.of(
            "sandbox.pace",
            Kind.time(Duration.ZERO, Duration.ofSeconds(60)),
            "0ms",
            "The sandbox's pause before each event.");

    static final Setting<Integer> TRUSTED_HOPS = Setting.of(
            "http.trusted-hops",
            Kind.wholeNumber(0, 32),
            "0",
            "How many proxies stand before the server and append to X-Forwarded-For; with 0 the header is not looked at.");
    public static final Setting<Boolean> ACCESS_LOG = Setting.of(
                    "http.access-log",
                    Kind.flag(),
                    "false",
                    "Logs a line for each request: what it was, how it ended and what it came to; never its query, headers or body.")
            .whileRunning();
    public static final Setting<String> LOG_FORMAT = Setting.of(
                    "log.format",
                    Kind.text("text or json", "text|json"),
                    "text",
                    "How lines of the log are written: for people, or as a JSON object each.")
            .whileRunning();
    public static final Setting<String> LOG_ADDRESSES = Setting.of(
                    "log.addresses",
                    Kind.text("cut or whole", "cut|whole"),
                    "cut",
                    "What the line of a call tells of its caller's address: the network alone (of IPv4 a /24, of IPv6 a /48), or all of it.")
            .whileRunning();
    static final Setting<URI> TELEMETRY_ENDPOINT = Setting.of(
                    "telemetry.otlp-endpoint",
                    Kind.baseUrl(),
                    "",
                    "The OpenTelemetry collector that is told of calls, by OTLP over HTTP, like http://127.0.0.1:4318; /v1/traces is asked under it."
                            + " Without it nobody is told.")
            .from("OTEL_EXPORTER_OTLP_ENDPOINT");
    static final Setting<Secret> TELEMETRY_HEADERS = Setting.secret(
                    "telemetry.otlp-headers",
                    "NAME=VALUE, several with commas between them",
                    "[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}(,[A-Za-z0-9-]{1,64}=[!-+\\--~ ]{1,1000}){0,9}",
                    "Headers that the collector wants to be shown.")
            .from("OTEL_EXPORTER_OTLP_HEADERS");
    static final Setting<Integer> TELEMETRY_PERCENT = Setting.of(
            "telemetry.percent",
            Kind.wholeNumber(0, 100),
            "1",
            "How many in a hundred calls that went well the collector is told of; of those that failed or took long it is told anyway.");
    static final Setting<Boolean> TRUST_PARENT = Setting.of(
            "telemetry.trust-parent",
            Kind.flag(),
            "false",
            "Whether a caller's traceparent becomes the parent, and its flag decides; else it is linked. Not where strangers call.");
    static final Setting<List<String>> CORS_ORIGINS = Setting.of(
            "cors.origins",
            Kind.list("* for any, or origins like https://example.org", "\\*|null|https?://[A-Za-z0-9.:_\\[\\]-]+"),
            "*",
            "Where pages may come from that call the API in a browser; never with credentials.");
    static final Setting<List<String>> JSON_CLIENTS = Setting.of(
            "clients.json",
            Kind.list(
                    "accept-json, header:NAME, agent:PART or product:NAME",
                    "accept-json|header:[A-Za-z0-9-]{1,64}|agent:[!-+\\--~]{1,64}|product:[!-+\\-.0-~]{1,64}"),
            "accept-json, header:x-stainless-lang, agent:ai-sdk, product:node, product:undici",
            "Clients that get JSON where a call does not say \"stream\" and its model streams by default: those whose Accept"
                    + " names application/json and not text/event-stream, that send a header, or whose user agent contains a"
                    + " part or has a product of exactly that name.");

    static final Setting<Long> BODY_BYTES = Setting.of(
            "limits.body-bytes",
            Kind.bytes(1_024, 1 << 30),
            "32MiB",
            "The longest body of a call, as sent and as decompressed.");
    static final Setting<Long> HEADER_BYTES =
            Setting.of("limits.header-bytes", Kind.bytes(1_024, MIB), "32KiB", "The longest header block of a call.");
    static final Setting<Integer> CONNECTIONS =
            Setting.of("limits.connections", Kind.wholeNumber(1, 1_000_000), "16384", "Open connections of callers.");
    static final Setting<Integer> ADDRESS_CONNECTIONS = Setting.of(
            "limits.address-connections",
            Kind.wholeNumber(1, 1_000_000),
            "",
            "Open connections of one address (of IPv6 a /64); behind trusted hops a caller's requests at once. Without it a quarter of"
                    + " limits.connections.");
    static final Setting<Integer> NESTING =
            Setting.of("limits.nesting", Kind.wholeNumber(8, 500), "64", "Levels of nesting in a body.");
    static final Setting<Integer> MESSAGES =
            Setting.of("limits.messages", Kind.wholeNumber(1, 1_000_000), "10000", "Messages in a call.");
    static final Setting<Integer> TOOLS =
            Setting.of("limits.tools", Kind.wholeNumber(0, 10_000), "128", "Tools in a call.");
    static final Setting<Integer> MEDIA = Setting.of(
            "limits.media", Kind.wholeNumber(0, 10_000), "100", "Images, sounds, videos and files in a call.");

    static final Setting<List<String>> MEDIA_ALLOW = Setting.of(
            "media.allow",
            Kind.places(),
            "",
            "What media may be downloaded from besides public addresses on ports 80 and 443; without a port those two.");
    static final Setting<List<String>> MEDIA_GS = Setting.of(
            "media.gs",
            Kind.list("names of buckets", "[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
            "",
            "Buckets of Google Cloud Storage whose files callers may name as gs://bucket/file; the upstream's key must be able to read"
                    + " them.");
    static final Setting<Long> MEDIA_BYTES =
            Setting.of("media.bytes", Kind.bytes(1_024, 2L << 30), "100MiB", "The largest medium that is downloaded.");
    static final Setting<Long> MEDIA_CALL_BYTES =
            Setting.of("media.call-bytes", Kind.bytes(1_024, 16L << 30), "300MiB", "All media of a call together.");
    static final Setting<Long> MEDIA_SPOOL_BYTES = Setting.of(
            "media.spool-bytes",
            Kind.bytes(1_024, 1L << 40),
            "4GiB",
            "What downloaded media may take on disk together while their calls run; one account at most half of it, so let it be twice what a call may have.");
    static final Setting<Duration> MEDIA_TIME = Setting.of(
            "media.time", Kind.time(TICK, DAY), "30s", "How long one download may take, redirects included.");
    static final Setting<Integer> MEDIA_REDIRECTS =
            Setting.of("media.redirects", Kind.wholeNumber(0, 20), "3", "How often one download may be redirected.");
    static final Setting<Integer> MEDIA_DOWNLOADS =
            Setting.of("media.downloads", Kind.wholeNumber(1, 10_000), "64", "Downloads at once; others wait.");
    static final Setting<Integer> MEDIA_ACCOUNT_DOWNLOADS = Setting.of(
            "media.account-downloads", Kind.wholeNumber(1, 10_000), "8", "Downloads at once for one account.");

    static final Setting<Duration> ANNOUNCE = Setting.of(
            "timeouts.announce",
            Kind.time(Duration.ZERO, DAY),
            "0s",
            "How long calls are still taken after the server was told to stop, while /health/ready says that it goes: what a balancer takes to"
                    + " notice.");
    static final Setting<Duration> DRAIN = Setting.of(
            "timeouts.drain",
            Kind.time(Duration.ZERO, DAY),
            "30s",
            "How long open calls may go on once new ones are refused.");
    static final Setting<Duration> BODY = Setting.of(
            "timeouts.body", Kind.time(TICK, DAY), "30s", "Over which the least speed of a body is measured.");
    static final Setting<Duration> BODY_TOTAL = Setting.of(
            "timeouts.body-total", Kind.time(TICK, DAY), "120s", "How long a whole body may take to arrive.");
    static final Setting<Duration> IDLE =
            Setting.of("timeouts.idle", Kind.time(TICK, DAY), "75s", "How long a connection may stay without a call.");
    static final Setting<Duration> WRITE =
            Setting.of("timeouts.write", Kind.time(TICK, DAY), "120s", "How long a caller may leave an answer unread.");
    static final Setting<Duration> CALL = Setting.of(
            "timeouts.call",
            Kind.time(TICK, DAY),
            "15m",
            "How long a call may take in all; then its answer ends as if it had reached its length.");
    static final Setting<Duration> UPSTREAM_CONNECT = Setting.of(
            "timeouts.upstream-connect", Kind.time(TICK, DAY), "5s", "How long a connection to the upstream may take.");
    static final Setting<Duration> UPSTREAM_FIRST = Setting.of(
            "timeouts.upstream-first",
            Kind.time(TICK, DAY),
            "10m",
            "How long the upstream may think before it answers.");
    static final Setting<Duration> UPSTREAM_IDLE = Setting.of(
            "timeouts.upstream-idle",
            Kind.time(TICK, DAY),
            "120s",
            "How long the upstream may be silent in the middle of an answer.");

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

    /** The table of docs/configuration.md. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| YAML | variable | argument | default | allowed | what it does |\n");
        table.append("|---|---|---|---|---|---|\n");
        for (Setting<?> setting : ALL) {
            table.append("| `%s` | `%s` | `%s` | %s | %s | %s |\n"
                    .formatted(
                            setting.name(),
                            setting.variable(),
                            setting.option(),
                            setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`",
                            setting.allowed(),
                            setting.doc()));
        }
        return table.toString();
    }
}
