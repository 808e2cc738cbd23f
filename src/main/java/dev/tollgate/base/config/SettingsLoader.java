package dev.tollgate.base.config;

import static dev.tollgate.base.config.SettingTable.*;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings: argument over environment over file over default. What is not valid is a {@link ConfigException} that
 * names the argument, the variable, or the file and line.
 */
public final class SettingsLoader {

    private static final String PREFIX = "TOLLGATE_";
    private static final int SHOWN_CHARS_MAX = 60;
    private static final String HIDDEN = "(secret)";

    /** @param place where it stands, as a complaint names it */
    private record Found(String text, String place, CurrentSettings.Source source) {}

    private final Map<String, Found> found = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private SettingsLoader() {}

    /**
     * @param arguments values by setting's name, {@code http.trusted-hops} and the like
     * @param environment all of it; an empty variable counts as not set
     */
    public static Settings load(Map<String, String> arguments, Map<String, String> environment) {
        SettingsLoader loader = new SettingsLoader();
        loader.takeEnvironment(environment);
        loader.takeArguments(arguments);
        loader.takeFile(loader.find(CONFIG));
        loader.takeProxies(environment);
        return loader.settings();
    }

    private void takeEnvironment(Map<String, String> environment) {
        SecretFiles secrets = new SecretFiles(environment::get);
        for (Setting<?> setting : all()) {
            if (setting.secret()) {
                takeSecret(setting, secrets.find(setting.variable(), setting.name()));
            } else {
                String text = environment.getOrDefault(setting.variable(), "");
                if (!text.isEmpty()) {
                    found.put(setting.name(), new Found(text, setting.variable(), CurrentSettings.Source.ENVIRONMENT));
                }
            }
        }
        warnOfUnknown(environment);
    }

    private void takeSecret(Setting<?> setting, SecretFiles.@Nullable Found secret) {
        if (secret != null) {
            found.put(setting.name(), new Found(secret.text(), secret.place(), CurrentSettings.Source.ENVIRONMENT));
        }
    }

    // Not an error: a container platform may set variables of this prefix for a service of our name.
    private void warnOfUnknown(Map<String, String> environment) {
        var known = all().stream().map(Setting::variable).collect(Collectors.toSet());
        all().stream().filter(Setting::secret).forEach(secret -> known.add(secret.variable() + SecretFiles.SUFFIX));
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                warnings.add(name + " is not the name of a setting; it has no effect.");
            }
        }
    }

    private void takeArguments(Map<String, String> arguments) {
        arguments.forEach((name, text) -> {
            Setting<?> setting = byName(name);
            if (setting == null) {
                throw new ConfigException("--" + name.replace('.', '-') + " is not the name of a setting.");
            }
            found.put(name, new Found(text, setting.option(), CurrentSettings.Source.ARGUMENT));
        });
    }

    private void takeFile(@Nullable Path file) {
        if (file != null) {
            takeFields(YamlFile.read(file));
        }
    }

    private void takeFields(YamlNode mapping) {
        for (YamlNode node : mapping.fields().values()) {
            Setting<?> setting = byName(node.path());
            if (setting != null && !setting.equals(CONFIG)) {
                takeValue(setting, node);
            } else if (node.isMapping()) {
                takeFields(node);
            } else {
                throw node.unknownKey(all().stream()
                        .filter(it -> !it.equals(CONFIG))
                        .map(Setting::name)
                        .toList());
            }
        }
    }

    private void takeValue(Setting<?> setting, YamlNode node) {
        if (!node.isNull()) {
            String text = node.isList() ? String.join(",", node.texts()) : node.text();
            found.putIfAbsent(
                    setting.name(), new Found(text, node.place() + ": " + node.path(), CurrentSettings.Source.FILE));
        }
    }

    /** The variables that other programs know are defaults: a bad value in one of them must not stop the start. */
    private void takeProxies(Map<String, String> environment) {
        String proxy = first(environment, "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY");
        if (proxy != null && !isSet(UPSTREAM_PROXY)) {
            String value = Objects.requireNonNull(environment.get(proxy)).strip();
            if (UPSTREAM_PROXY.allows(value)) {
                found.put(UPSTREAM_PROXY.name(), new Found(value, proxy, CurrentSettings.Source.ENVIRONMENT));
            } else {
                warnings.add(
                        proxy + " has no effect; allowed is " + UPSTREAM_PROXY.allowed() + ". Set upstream.proxy.");
            }
        }
        String direct = first(environment, "NO_PROXY");
        if (direct != null && !isSet(UPSTREAM_NO_PROXY)) {
            List<String> known = new ArrayList<>();
            for (String host : Objects.requireNonNull(environment.get(direct))
                    .replaceFirst("^[,\\s]+", "")
                    .split("[,\\s]+")) {
                if (UPSTREAM_NO_PROXY.allows(host)) {
                    known.add(host);
                } else {
                    warnings.add(direct + ": '" + shorten(host) + "' has no effect; upstream.no-proxy takes "
                            + UPSTREAM_NO_PROXY.allowed() + ".");
                }
            }
            String text = String.join(",", known);
            if (UPSTREAM_NO_PROXY.allows(text)) {
                found.put(UPSTREAM_NO_PROXY.name(), new Found(text, direct, CurrentSettings.Source.ENVIRONMENT));
            }
        }
    }

    /** Returns the first variable that has a value; the spelling in lower case comes before the other, as in curl. */
    private static @Nullable String first(Map<String, String> environment, String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(name.toLowerCase(Locale.ROOT), name))
                .filter(name -> !environment.getOrDefault(name, "").isBlank())
                .findFirst()
                .orElse(null);
    }

    /** Null without one. */
    private Settings.@Nullable Proxy upstreamProxy() {
        Settings.Proxy proxy = find(UPSTREAM_PROXY);
        return proxy == null ? null : proxy.except(list(UPSTREAM_NO_PROXY));
    }

    /** Some are asked for only when they are needed, and then it is too late to say that one is not allowed. */
    private void checkAll() {
        all().stream().filter(this::isSet).forEach(this::find);
    }

    private Settings settings() {
        checkAll();
        if (isSet(CHANNELS_FILE) && (isSet(GEMINI_API_KEY) || isSet(GEMINI_BASE_URL))) {
            warnings.add("With channels.file, gemini.api-key and gemini.base-url have no effect.");
        }
        return new Settings(
                get(PORT),
                get(HOST),
                get(DATA),
                databaseUrl(),
                get(MIGRATES),
                find(SECRET_KEY),
                find(MODELS_FILE),
                find(CHANNELS_FILE),
                upstreamProxy(),
                find(ADMIN_KEY),
                find(ADMIN_LISTEN),
                adminTls(),
                new Settings.Gemini(find(GEMINI_API_KEY), find(GEMINI_BASE_URL)),
                new Settings.Demo(find(DEMO_KEY), get(DEMO_CREDITS), isSet(DEMO_KEY) || isSet(DEMO_CREDITS)),
                new Settings.Pages(find(PUBLIC_URL), get(BRAND), find(OPERATOR_PASSWORD), list(CONSOLE_ALLOW)),
                mail(),
                oidc(),
                stripe(),
                new Settings.Sandbox(get(SANDBOX_PORT), get(SANDBOX_SEED), get(SANDBOX_PACE)),
                new Settings.Http(get(TRUSTED_HOPS), get(ACCESS_LOG), get(CORS_ORIGINS)),
                Settings.JsonClients.of(get(JSON_CLIENTS)),
                limits(),
                media(),
                timeouts(),
                traces(),
                chosen(),
                warnings);
    }

    /** Null where plain HTTP is spoken. Half of it would leave the operator's routes open to those who listen on the way. */
    private Settings.@Nullable AdminTls adminTls() {
        Settings.NamedFile certificate = file(ADMIN_CERTIFICATE);
        Settings.NamedFile key = file(ADMIN_CERTIFICATE_KEY);
        Settings.NamedFile clientCa = file(ADMIN_CLIENT_CA);
        Settings.NamedFile any = certificate != null ? certificate : key != null ? key : clientCa;
        if (any == null) {
            return null;
        }
        if (!isSet(ADMIN_LISTEN)) {
            throw new ConfigException(any.place() + " is set without admin.listen; allowed is beside it: "
                    + ADMIN_LISTEN.allowed() + " that HTTPS is spoken at.");
        }
        if (certificate == null || key == null) {
            throw new ConfigException(
                    any.place() + " is set without admin.tls." + (certificate == null ? "certificate" : "key")
                            + "; allowed are a certificate and its key, and beside both a client-ca.");
        }
        return new Settings.AdminTls(certificate, key, clientCa);
    }

    private Settings.@Nullable NamedFile file(Setting<Path> setting) {
        Path path = find(setting);
        return path == null
                ? null
                : new Settings.NamedFile(
                        Objects.requireNonNull(found.get(setting.name())).place(), path);
    }

    /** Null where no mail is sent: links in mails need an address that is not the word of whoever asks. */
    private Settings.@Nullable Mail mail() {
        String host = find(MAIL_HOST);
        if (host == null) {
            return null;
        }
        String from = find(MAIL_FROM);
        if (from == null) {
            throw new ConfigException("With mail.host, mail.from must be set: the address that mails come from.");
        }
        if (isSet(MAIL_USER) != isSet(MAIL_PASSWORD)) {
            throw new ConfigException("Of mail.user and mail.password only one is set; set both, or none.");
        }
        if (!isSet(PUBLIC_URL)) {
            warnings.add("Without public.url no mail is sent: mail.host has no effect.");
            return null;
        }
        return new Settings.Mail(host, get(MAIL_PORT), get(MAIL_TLS), find(MAIL_USER), find(MAIL_PASSWORD), from);
    }

    /** Null where nobody signs in by it: the provider has to know the one address that browsers come back to. */
    private Settings.@Nullable Oidc oidc() {
        URI issuer = find(OIDC_ISSUER);
        String id = find(OIDC_CLIENT_ID);
        Secret secret = find(OIDC_CLIENT_SECRET);
        if (issuer == null && id == null && secret == null) {
            return null;
        }
        if (issuer == null || id == null || secret == null) {
            throw new ConfigException(
                    "Of oidc.issuer, oidc.client-id and oidc.client-secret only some are set; set all three, or none.");
        }
        URI site = find(PUBLIC_URL);
        if (site == null) {
            warnings.add("Without public.url nobody signs in by OpenID Connect: oidc.issuer has no effect.");
            return null;
        }
        String name = find(OIDC_NAME);
        return new Settings.Oidc(issuer, id, secret, name == null ? issuer.getHost() : name, site + "/sign-in/oidc");
    }

    /** A key without a secret would take events that nobody has signed. */
    private Settings.@Nullable Stripe stripe() {
        Secret key = find(STRIPE_KEY);
        Secret secrets = find(STRIPE_WEBHOOK_SECRET);
        if (key == null) {
            if (secrets != null) {
                warnings.add("Without stripe.secret-key, stripe.webhook-secret has no effect.");
            }
            return null;
        }
        if (secrets == null) {
            throw new ConfigException(STRIPE_WEBHOOK_SECRET.name() + " (" + STRIPE_WEBHOOK_SECRET.variable()
                    + ") is missing beside stripe.secret-key; allowed is " + STRIPE_WEBHOOK_SECRET.allowed() + ".");
        }
        List<Secret> all =
                Arrays.stream(secrets.value().split(",")).map(Secret::new).toList();
        Settings.Stripe stripe = new Settings.Stripe(key, all, get(STRIPE_URL), get(STRIPE_TAX), get(STRIPE_TEST_KEY));
        boolean isReal = isSet(CHANNELS_FILE) || isSet(GEMINI_API_KEY) || isSet(GEMINI_BASE_URL);
        String refusal = stripe.refusalBesideRealUpstream();
        if (isReal && refusal != null) {
            throw new ConfigException(refusal);
        }
        if (isReal && !stripe.isLive()) {
            warnings.add(
                    "stripe.secret-key is a test key: payments in which no money moves add credits that cost you money.");
        }
        return stripe;
    }

    private Settings.@Nullable Traces traces() {
        URI endpoint = find(TELEMETRY_ENDPOINT);
        return endpoint == null
                ? null
                : new Settings.Traces(endpoint, find(TELEMETRY_HEADERS), get(TELEMETRY_PERCENT), get(TRUST_PARENT));
    }

    private Map<String, CurrentSettings.Chosen> chosen() {
        Map<String, CurrentSettings.Chosen> chosen = new HashMap<>();
        for (Setting<?> setting : all()) {
            Found value = found.get(setting.name());
            if (value != null) {
                String text = setting.secret() ? HIDDEN : value.text();
                chosen.put(setting.name(), new CurrentSettings.Chosen(text, value.source()));
            }
        }
        return chosen;
    }

    private @Nullable Secret databaseUrl() {
        Secret chosen = get(DATABASE);
        return chosen.value().equals(SettingTable.EMBEDDED) ? null : chosen;
    }

    private Settings.Limits limits() {
        return new Settings.Limits(
                get(BODY_BYTES),
                get(HEADER_BYTES).intValue(),
                get(CONNECTIONS),
                find(ADDRESS_CONNECTIONS),
                get(NESTING),
                get(MESSAGES),
                get(TOOLS),
                get(MEDIA));
    }

    private Settings.Media media() {
        return new Settings.Media(
                list(MEDIA_ALLOW),
                list(MEDIA_GS),
                get(MEDIA_BYTES),
                get(MEDIA_CALL_BYTES),
                get(MEDIA_SPOOL_BYTES),
                get(MEDIA_TIME),
                get(MEDIA_REDIRECTS),
                get(MEDIA_DOWNLOADS),
                get(MEDIA_ACCOUNT_DOWNLOADS));
    }

    private List<String> list(Setting<List<String>> setting) {
        List<String> chosen = find(setting);
        return chosen == null ? List.of() : chosen;
    }

    private Settings.Timeouts timeouts() {
        return new Settings.Timeouts(
                get(ANNOUNCE),
                get(DRAIN),
                get(BODY),
                get(BODY_TOTAL),
                get(IDLE),
                get(WRITE),
                get(CALL),
                get(UPSTREAM_CONNECT),
                get(UPSTREAM_FIRST),
                get(UPSTREAM_IDLE));
    }

    private boolean isSet(Setting<?> setting) {
        return found.containsKey(setting.name());
    }

    private <T> T get(Setting<T> setting) {
        return Objects.requireNonNull(find(setting), setting.name());
    }

    /** Null where it is not set and has no default. */
    private <T> @Nullable T find(Setting<T> setting) {
        Found value = found.get(setting.name());
        if (value == null) {
            return setting.defaultText().isEmpty() ? null : setting.read(setting.defaultText());
        }
        T read = setting.read(value.text());
        if (read == null) {
            throw new ConfigException(complaint(setting, value));
        }
        return read;
    }

    private static String complaint(Setting<?> setting, Found value) {
        // An address may carry a password before its @.
        boolean hidden = setting.secret() || value.text().contains("@");
        String shown = hidden ? "not valid" : "'" + shorten(value.text()) + "'";
        return value.place() + " is " + shown + "; allowed is " + setting.allowed() + ".";
    }

    private static String shorten(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > SHOWN_CHARS_MAX ? printable.substring(0, SHOWN_CHARS_MAX) + "..." : printable;
    }

    private static @Nullable Setting<?> byName(String name) {
        return all().stream().filter(it -> it.name().equals(name)).findFirst().orElse(null);
    }
}
