package dev.tollgate.base.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The operator's choices, checked; {@link SettingTable} describes each setting. Immutable.
 *
 * <p>Some settings mean something only together: those have an accessor of their own.
 */
public final class Settings {

    private final Map<String, String> texts;
    private final Together together;
    private final Map<String, CurrentSettings.Chosen> chosen;
    private final List<String> warnings;

    /** Settings that mean something only together; null: not used. */
    record Together(
            @Nullable AdminTls adminTls,
            @Nullable Oidc oidc,
            @Nullable Stripe stripe) {

        static final Together NONE = new Together(null, null, null);
    }

    /** @param texts allowed values, by the setting's name */
    Settings(
            Map<String, String> texts,
            Together together,
            Map<String, CurrentSettings.Chosen> chosen,
            List<String> warnings) {
        this.texts = Map.copyOf(texts);
        this.together = together;
        this.chosen = Map.copyOf(chosen);
        this.warnings = List.copyOf(warnings);
    }

    /** Returns the value of a setting that always has one. */
    public <T> T get(Setting<T> setting) {
        return Objects.requireNonNull(find(setting), setting.name());
    }

    /** Returns the value of a setting; null if it is not set and has no default. */
    public <T> @Nullable T find(Setting<T> setting) {
        String text = texts.get(setting.name());
        if (text != null) {
            return setting.read(text);
        }
        return setting.defaultText().isEmpty() ? null : setting.read(setting.defaultText());
    }

    /** Returns the values of a setting; an empty list if it is not set and has no default. */
    public <T> List<T> list(Setting<List<T>> setting) {
        List<T> values = find(setting);
        return values == null ? List.of() : values;
    }

    /** Returns whether a setting was chosen; false for a default. */
    public boolean isSet(Setting<?> setting) {
        return texts.containsKey(setting.name());
    }

    /** Returns the data folder. */
    public Path data() {
        return get(ServerSettings.DATA);
    }

    /** Returns the PostgreSQL that several servers may share; null: the embedded database in the data folder. */
    public @Nullable Secret databaseUrl() {
        Secret url = get(ServerSettings.DATABASE);
        return url.value().equals(ServerSettings.EMBEDDED) ? null : url;
    }

    /** Returns the proxy for upstreams, Stripe and the sign-in provider; null: they are reached directly. */
    public @Nullable UpstreamProxy upstreamProxy() {
        UpstreamProxy proxy = find(ServerSettings.UPSTREAM_PROXY);
        return proxy == null ? null : proxy.except(list(ServerSettings.UPSTREAM_NO_PROXY));
    }

    /** Returns whether something else than the sandbox answers. */
    public boolean hasRealUpstream() {
        return isSet(ServerSettings.CHANNELS_FILE)
                || isSet(ServerSettings.GEMINI_API_KEY)
                || isSet(ServerSettings.GEMINI_BASE_URL);
    }

    /** Returns whether e-mails are sent. Their links need a configured address: the Host header of a request is not trusted. */
    public boolean isMailOn() {
        return isSet(PageSettings.MAIL_HOST) && isSet(PageSettings.PUBLIC_URL);
    }

    /** Returns whether a setting names the demo account. With a real upstream it is created only then. */
    public boolean isDemoAsked() {
        return isSet(ServerSettings.DEMO_KEY) || isSet(ServerSettings.DEMO_CREDITS);
    }

    /** Returns the files for HTTPS at the operators' address; null: plain HTTP. */
    public @Nullable AdminTls adminTls() {
        return together.adminTls();
    }

    /** Returns the sign-in provider; null if OpenID Connect is off. */
    public @Nullable Oidc oidc() {
        return together.oidc();
    }

    /** Returns the Stripe settings; null if customers do not pay by Stripe. */
    public @Nullable Stripe stripe() {
        return together.stripe();
    }

    /** Returns the clients that get JSON unless they ask for a stream. */
    public JsonClients jsonClients() {
        return JsonClients.of(list(TrafficSettings.JSON_CLIENTS));
    }

    /** Returns what was set, as it was written, by the setting's name. */
    public Map<String, CurrentSettings.Chosen> chosen() {
        return chosen;
    }

    /** Returns sentences for the start. */
    public List<String> warnings() {
        return warnings;
    }

    /** Returns what was chosen; secrets are not shown. */
    @Override
    public String toString() {
        return "Settings[" + new TreeMap<>(chosen) + ", " + together + ", " + warnings + "]";
    }

    /** A file that a setting names. @param place of the setting, as a complaint names it */
    public record NamedFile(String place, Path path) {}

    /** The PEM files of the operator's address. @param clientCa null: clients are asked for no certificate */
    public record AdminTls(
            NamedFile certificate, NamedFile key, @Nullable NamedFile clientCa) {}

    /**
     * The provider of sign-ins by OpenID Connect.
     *
     * @param name what people call it
     * @param redirectUri where it sends browsers back to
     */
    public record Oidc(URI issuer, String clientId, Secret clientSecret, String name, String redirectUri) {}

    /**
     * Payments by Stripe Checkout.
     *
     * @param webhookSecrets at least one
     * @param url the address of Stripe's API
     * @param tax whether Stripe calculates tax
     * @param allowsTestKey whether a test key is accepted with a real upstream
     */
    public record Stripe(Secret secretKey, List<Secret> webhookSecrets, URI url, boolean tax, boolean allowsTestKey) {

        private static final String REFUSAL =
                "stripe.secret-key is a test key, and calls cost money here: customers would get credits for real calls without"
                        + " paying. Set a live key. For trials set stripe.allow-test-key (TOLLGATE_STRIPE_ALLOW_TEST_KEY).";

        public Stripe {
            webhookSecrets = List.copyOf(webhookSecrets);
        }

        /** Returns why a real upstream rules these settings out; null if they are allowed with one. */
        public @Nullable String refusalBesideRealUpstream() {
            return isLive() || allowsTestKey ? null : REFUSAL;
        }

        /** Returns whether money moves. */
        public boolean isLive() {
            return secretKey.value().startsWith("live_", 3);
        }
    }

    /**
     * Clients that do not expect a stream they did not ask for (D1, D52).
     *
     * @param acceptJson those whose {@code Accept} names application/json and not text/event-stream
     * @param headers lower-case header names; any of them suffices
     * @param agentParts lower-case parts of user agents; any of them suffices
     * @param products lower-case names of products in user agents, without version; one suffices
     */
    public record JsonClients(
            boolean acceptJson, List<String> headers, List<String> agentParts, List<String> products) {

        public JsonClients {
            headers = List.copyOf(headers);
            agentParts = List.copyOf(agentParts);
            products = List.copyOf(products);
        }

        static JsonClients of(List<String> rules) {
            return new JsonClients(
                    rules.contains("accept-json"),
                    after("header:", rules),
                    after("agent:", rules),
                    after("product:", rules));
        }

        private static List<String> after(String prefix, List<String> rules) {
            return rules.stream()
                    .filter(rule -> rule.startsWith(prefix))
                    .map(rule -> rule.substring(prefix.length()).toLowerCase(Locale.ROOT))
                    .toList();
        }
    }
}
