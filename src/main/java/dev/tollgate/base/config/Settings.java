package dev.tollgate.base.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator has chosen, checked; {@link SettingTable} says what each means.
 *
 * @param port 0: any free one
 * @param databaseUrl a PostgreSQL that several servers may share; null: the embedded one in the data folder
 * @param secretKey null: the one in the data folder
 * @param modelsFile null: the catalogue that is built in
 * @param channelsFile null: the one channel of {@code gemini}, or the sandbox
 * @param upstreamProxy null: upstreams, Stripe and the sign-in provider are reached directly
 * @param adminKey null: made at the first start
 * @param adminListen null: the operator's routes are where all others are
 * @param adminTls null: plain HTTP there
 * @param mail null: no mail is sent
 * @param oidc null: nobody signs in by it
 * @param stripe null: nobody pays by it
 * @param traces null: nobody is told of calls
 * @param chosen what was set, as it was written, by the setting's name
 * @param warnings sentences for the start
 */
public record Settings(
        int port,
        String host,
        Path data,
        @Nullable Secret databaseUrl,
        boolean migrates,
        @Nullable Secret secretKey,
        @Nullable Path modelsFile,
        @Nullable Path channelsFile,
        @Nullable Proxy upstreamProxy,
        @Nullable Secret adminKey,
        @Nullable Listen adminListen,
        @Nullable AdminTls adminTls,
        Gemini gemini,
        Demo demo,
        Pages pages,
        @Nullable Mail mail,
        @Nullable Oidc oidc,
        @Nullable Stripe stripe,
        Sandbox sandbox,
        Http http,
        JsonClients jsonClients,
        Limits limits,
        Media media,
        Timeouts timeouts,
        @Nullable Traces traces,
        Map<String, CurrentSettings.Chosen> chosen,
        List<String> warnings) {

    public Settings {
        chosen = Map.copyOf(chosen);
        warnings = List.copyOf(warnings);
    }

    /** Whether something else than the sandbox answers. */
    public boolean hasRealUpstream() {
        return channelsFile != null || gemini.isConfigured();
    }

    /** Whether mails are sent. */
    public boolean isMailOn() {
        return mail != null;
    }

    /**
     * An HTTP proxy that is asked to CONNECT.
     *
     * @param host an IPv6 address without brackets
     * @param credentials {@code user:password}; null: none
     * @param direct hosts that are reached without it
     */
    public record Proxy(String host, int port, @Nullable Secret credentials, List<String> direct) {

        public Proxy {
            direct = List.copyOf(direct);
        }

        Proxy except(List<String> hosts) {
            return new Proxy(host, port, credentials, hosts);
        }

        /** Returns its URL without credentials. */
        public String shown() {
            return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** Where to listen. @param port 0: any free one */
    public record Listen(String host, int port) {}

    /** A file that a setting names. @param place of the setting, as a complaint names it */
    public record NamedFile(String place, Path path) {}

    /** The PEM files of the operator's address. @param clientCa null: clients are asked for no certificate */
    public record AdminTls(
            NamedFile certificate, NamedFile key, @Nullable NamedFile clientCa) {}

    /** The real upstream; neither is set: the sandbox answers. */
    public record Gemini(@Nullable Secret apiKey, @Nullable URI baseUrl) {

        public boolean isConfigured() {
            return apiKey != null || baseUrl != null;
        }
    }

    /**
     * The demo account.
     *
     * @param key null: made at the first start
     * @param asked whether one of the two was set: against a real upstream only then the account is made
     */
    public record Demo(@Nullable Secret key, long creditsMicros, boolean asked) {}

    /**
     * What people see.
     *
     * @param publicUrl null: only this machine's own addresses
     * @param operatorPassword null: made at the first start
     * @param consoleAllow addresses and ranges; empty: from everywhere
     */
    public record Pages(
            @Nullable URI publicUrl, String brand, @Nullable Secret operatorPassword, List<String> consoleAllow) {}

    /**
     * The SMTP server.
     *
     * @param tls auto, starttls, implicit or none
     * @param user null: none is shown
     */
    public record Mail(
            String host,
            int port,
            String tls,
            @Nullable String user,
            @Nullable Secret password,
            String from) {}

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
     * @param url where Stripe is asked
     * @param tax whether Stripe works out tax
     * @param allowsTestKey whether a test key is accepted beside a real upstream
     */
    public record Stripe(Secret secretKey, List<Secret> webhookSecrets, URI url, boolean tax, boolean allowsTestKey) {

        private static final String REFUSAL =
                "stripe.secret-key is a test key, and calls cost money here: payments in which no money moves would"
                        + " add credits for them. Set a live key; for trials set stripe.allow-test-key (TOLLGATE_STRIPE_ALLOW_TEST_KEY).";

        public Stripe {
            webhookSecrets = List.copyOf(webhookSecrets);
        }

        /** Why it is refused beside a real upstream; null if it is accepted there. */
        public @Nullable String refusalBesideRealUpstream() {
            return isLive() || allowsTestKey ? null : REFUSAL;
        }

        /** Whether money moves. */
        public boolean isLive() {
            return secretKey.value().startsWith("live_", 3);
        }
    }

    /**
     * The collector that is told of calls.
     *
     * @param headers {@code NAME=VALUE}, with commas between them
     * @param percent of those that went well
     * @param trustsParent whether a caller's trace goes on here
     */
    public record Traces(URI endpoint, @Nullable Secret headers, int percent, boolean trustsParent) {}

    /** @param port 0: any free one */
    public record Sandbox(int port, long seed, Duration pace) {}

    public record Http(int trustedHops, boolean accessLog, List<String> corsOrigins) {

        public Http {
            corsOrigins = List.copyOf(corsOrigins);
        }
    }

    /**
     * Clients that do not expect a stream they did not ask for (D1, D52).
     *
     * @param acceptJson those whose {@code Accept} names application/json and not text/event-stream
     * @param headers lower-case names of headers; one that is present suffices
     * @param agentParts lower-case parts of user agents; one that is contained suffices
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

    /**
     * D29.
     *
     * @param addressConnectionsMax of one address; null for a share of all
     */
    public record Limits(
            long bodyBytesMax,
            int headerBytesMax,
            int connectionsMax,
            @Nullable Integer addressConnectionsMax,
            int nestingMax,
            int messagesMax,
            int toolsMax,
            int mediaMax) {}

    /**
     * Media that are not sent along (D29, D49).
     *
     * @param allow hosts, addresses and CIDR ranges, each with or without a port
     * @param gsBuckets whose files callers may name
     * @param bytesMax of one
     * @param callBytesMax of all of a call
     * @param spoolBytesMax of all on disk
     * @param time of one download
     */
    public record Media(
            List<String> allow,
            List<String> gsBuckets,
            long bytesMax,
            long callBytesMax,
            long spoolBytesMax,
            Duration time,
            int redirectsMax,
            int downloadsMax,
            int accountDownloadsMax) {

        public Media {
            allow = List.copyOf(allow);
            gsBuckets = List.copyOf(gsBuckets);
        }
    }

    /**
     * @param announce between being told to stop and refusing calls
     * @param drain from then on, for those that run
     * @param body over which the least speed of a body is measured (D28)
     * @param bodyTotal until a whole body has arrived
     * @param call our own total timeout (D32)
     * @param upstreamFirst until the upstream's answer begins
     * @param upstreamIdle between two reads of it
     */
    public record Timeouts(
            Duration announce,
            Duration drain,
            Duration body,
            Duration bodyTotal,
            Duration idle,
            Duration write,
            Duration call,
            Duration upstreamConnect,
            Duration upstreamFirst,
            Duration upstreamIdle) {}
}
