package dev.tollgate.base.config;

import static dev.tollgate.base.words.Sentence.sentence;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Settings of the server itself: where it listens and stores, its upstreams, its operators, the sandbox and the demo account. */
public final class ServerSettings {

    private static final List<Setting<?>> ROWS = new ArrayList<>();

    public static final Setting<Integer> PORT = row(Setting.of(
            "port", Kind.wholeNumber(0, 65_535), "8080", sentence("The port to listen on. 0 takes any free port.")));
    public static final Setting<String> HOST = row(Setting.of(
            "host",
            Kind.text(sentence("an address or a host's name"), "[A-Za-z0-9.:_\\[\\]-]{1,255}"),
            "127.0.0.1",
            sentence("The address to listen on. 0.0.0.0 listens on every address.")));
    public static final Setting<Path> DATA = row(
            Setting.of("data", Kind.path(), "./data", sentence("The folder of the database and the control socket.")));
    /** The path of the settings file. It is no setting of that file. */
    public static final Setting<Path> CONFIG = row(Setting.of(
            "config", Kind.path(), "", sentence("A YAML file with settings. Such a file cannot name another one.")));

    /** The word for the embedded database. */
    static final String EMBEDDED = "sqlite";

    public static final Setting<Secret> DATABASE = row(Setting.of(
                    "database",
                    Kind.secret(
                            sentence(
                                    "sqlite: the embedded file in the data folder, or jdbc:postgresql://HOST/NAME?user=U&password=P"),
                            "sqlite|jdbc:postgresql:(//[A-Za-z0-9.:,_\\[\\]-]{0,500}/)?[A-Za-z0-9_%.-]{0,200}(\\?[!-~]{0,1000})?"),
                    EMBEDDED,
                    sentence(
                            "The database of accounts, keys and tasks. Several servers can share one PostgreSQL (15 or newer); each"
                                    + " needs its own data folder and the same secret key."))
            .hidden()
            .from("TOLLGATE_DATABASE_URL"));
    public static final Setting<Boolean> MIGRATES = row(Setting.of(
            "schema.migrate",
            Kind.flag(),
            "true",
            sentence(
                    "Whether a server on PostgreSQL updates the schema when it starts. If not, it waits up to ten minutes for"
                            + " ./tollgate migrate.")));
    public static final Setting<Secret> SECRET_KEY = row(Setting.secret(
            "secret.key",
            sentence("one to four keys of 64 hex digits, with commas between them"),
            "[0-9a-fA-F]{64}(,[0-9a-fA-F]{64}){0,3}",
            sentence(
                    "The keys that encrypt secrets in the database: the first one encrypts, and all of them decrypt. Default: the"
                            + " lines of the file secret.key in the data folder, created at the first start. Required with"
                            + " PostgreSQL.")));
    public static final Setting<Path> MODELS_FILE = row(Setting.of(
            "models.file", Kind.path(), "", sentence("A catalogue of models that replaces the built-in one.")));
    public static final Setting<Path> MODELS_VENDOR_FILE = row(Setting.of(
            "models.vendor-file",
            Kind.path(),
            "",
            sentence(
                    "A catalogue of which only upstream_models are read: what the provider's models can do and cost, and when they"
                            + " retire. By name they replace those of models.file, or the built-in ones. The models.yaml of a newer"
                            + " release will do.")));

    public static final Setting<Secret> GEMINI_API_KEY = row(Setting.secret(
                    "gemini.api-key",
                    sentence("1 to 512 printable characters without a space"),
                    "[!-~]{1,512}",
                    sentence("A key of the Gemini API. Without it the built-in sandbox answers."))
            .from("GEMINI_API_KEY"));
    public static final Setting<URI> GEMINI_BASE_URL = row(Setting.of(
                    "gemini.base-url",
                    Kind.baseUrl(),
                    "",
                    sentence(
                            "Another server that speaks the Gemini protocol, without the version's path. It needs no API key."))
            .from("GOOGLE_GEMINI_BASE_URL"));

    public static final Setting<Path> CHANNELS_FILE = row(Setting.of(
            "channels.file",
            Kind.path(),
            "",
            sentence(
                    "A file of channels that calls are spread over. It replaces the channel of gemini.* and is read again on"
                            + " SIGHUP. See channels.md.")));

    public static final Setting<UpstreamProxy> UPSTREAM_PROXY = row(Setting.of(
                    "upstream.proxy",
                    Kind.proxy(),
                    "",
                    sentence(
                            "The HTTP proxy for connections to upstreams, Stripe and the sign-in provider: Tollgate asks it to CONNECT,"
                                    + " for http URLs, too. This machine is never reached through it, and neither is mail.host. Default:"
                                    + " the first of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY that is set, in upper or lower case."))
            .hidden());
    public static final Setting<List<String>> UPSTREAM_NO_PROXY = row(Setting.of(
            "upstream.no-proxy",
            Kind.direct(),
            "",
            sentence(
                    "Hosts that are reached without upstream.proxy. Addresses and ranges match URLs that have an address: names are"
                            + " not looked up. Default: NO_PROXY, in upper or lower case.")));

    public static final Setting<Secret> ADMIN_KEY = row(Setting.secret(
            "admin.key",
            sentence("16 to 256 printable characters without a space"),
            "[!-~]{16,256}",
            sentence(
                    "The key of the operator's routes under /admin. Without it the first start creates one and shows it once: on"
                            + " a terminal, or else in the data folder's file first-start.")));

    public static final Setting<ListenAddress> ADMIN_LISTEN = row(
            Setting.of(
                    "admin.listen",
                    Kind.listen(),
                    "",
                    sentence(
                            "A separate address for /admin and /metrics, like 127.0.0.1:9464 or [::1]:9464. They are then served only"
                                    + " there, over plain HTTP unless admin.tls.certificate is set. Health checks answer at both addresses.")));
    public static final Setting<Path> ADMIN_CERTIFICATE = row(Setting.of(
            "admin.tls.certificate",
            Kind.path(),
            "",
            sentence(
                    "A PEM file with the certificate of admin.listen, followed by the chain to its root. It turns on HTTPS"
                            + " there. This file and the other two are read again when they change.")));
    public static final Setting<Path> ADMIN_CERTIFICATE_KEY = row(Setting.of(
            "admin.tls.key",
            Kind.path(),
            "",
            sentence(
                    "A PEM file with the private key of that certificate (PKCS#8, not encrypted). Other users of this machine"
                            + " must not be able to read it.")));
    public static final Setting<Path> ADMIN_CLIENT_CA = row(Setting.of(
            "admin.tls.client-ca",
            Kind.path(),
            "",
            sentence(
                    "A PEM file with certificate authorities. A client with a certificate signed by one of them needs no admin"
                            + " key at admin.listen.")));
    public static final Setting<List<String>> CONSOLE_ALLOW = row(Setting.of(
            "console.allow",
            Kind.addresses(10),
            "",
            sentence("Addresses from which operators can see /console. Default: every address.")));

    public static final Setting<Secret> DEMO_KEY = row(Setting.secret(
            "demo.key",
            sentence("sk- and 8 to 128 of A-Z a-z 0-9 _ -"),
            "sk-[A-Za-z0-9_-]{8,128}",
            sentence("The key of the demo account. Without it the first start creates one.")));
    public static final Setting<Long> DEMO_CREDITS = row(Setting.of(
            "demo.credits",
            Kind.credits(1_000_000_000_000_000L),
            "10000",
            sentence(
                    "Credits of the demo account. With a real upstream the account is created only if demo.credits or demo.key"
                            + " is set.")));

    public static final Setting<Path> BACKUP_FOLDER = row(Setting.of(
            "backup.folder",
            Kind.path(),
            "",
            sentence(
                    "A folder on another disk or machine that gets a copy of the SQLite database again and again. Each installation has a subfolder of its"
                            + " own there. See trouble.md. PostgreSQL has copies of its own, see upgrade.md.")));
    public static final Setting<Duration> BACKUP_EVERY = row(Setting.of(
            "backup.every",
            Kind.time(Duration.ofMinutes(5), Duration.ofDays(1)),
            "1h",
            sentence(
                    "The age of the newest copy in backup.folder at which the next one is made. After a long copy the next one waits longer, so that copies"
                            + " take at most a twentieth of the time.")));
    public static final Setting<Integer> BACKUP_KEEP = row(
            Setting.of(
                    "backup.keep",
                    Kind.wholeNumber(1, 3_650),
                    "7",
                    sentence(
                            "The number of days (UTC) of which the first copy is kept in backup.folder. The two newest copies are always kept.")));
    public static final Setting<String> BOOKS_CHECK = row(Setting.of(
            "books.check",
            Kind.word("auto", "daily", "off"),
            "auto",
            sentence(
                    "Whether the server checks the books each day. With SQLite it checks the day's first copy in backup.folder, slowly, and compares it with"
                            + " the copy of the day before; see trouble.md. With PostgreSQL one of the servers reads the books themselves, at full speed. auto"
                            + " is daily with backup.folder, and off without it.")));

    private ServerSettings() {}

    private static <T> Setting<T> row(Setting<T> setting) {
        ROWS.add(setting);
        return setting;
    }

    /** Returns these settings in their order. */
    static List<Setting<?>> rows() {
        return ROWS;
    }
}
