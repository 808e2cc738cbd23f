package dev.tollgate.base.config;

import static dev.tollgate.base.config.PageSettings.*;
import static dev.tollgate.base.config.ServerSettings.*;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks and reads the settings that mean something only together. */
final class JointSettings {

    private final Settings settings;
    private final Function<Setting<?>, String> place;
    private final List<String> warnings;

    /**
     * @param settings each of them is allowed
     * @param place where a setting that was chosen is, for complaints
     * @param warnings takes sentences for the start
     */
    JointSettings(Settings settings, Function<Setting<?>, String> place, List<String> warnings) {
        this.settings = settings;
        this.place = place;
        this.warnings = warnings;
    }

    /** @throws ConfigException if some are missing beside others */
    Settings.Together read() {
        Settings.AdminTls adminTls = adminTls();
        checkMail();
        return new Settings.Together(adminTls, oidc(), stripe());
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
        if (!settings.isSet(ADMIN_LISTEN)) {
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
        Path path = settings.find(setting);
        return path == null ? null : new Settings.NamedFile(place.apply(setting), path);
    }

    private void checkMail() {
        if (!settings.isSet(MAIL_HOST)) {
            return;
        }
        if (!settings.isSet(MAIL_FROM)) {
            throw new ConfigException("With mail.host, mail.from must be set: the address that mails come from.");
        }
        if (settings.isSet(MAIL_USER) != settings.isSet(MAIL_PASSWORD)) {
            throw new ConfigException("Of mail.user and mail.password only one is set; set both, or none.");
        }
        if (!settings.isSet(PUBLIC_URL)) {
            warnings.add("Without public.url no mail is sent: mail.host has no effect.");
        }
    }

    /** Null where nobody signs in by it: the provider has to know the one address that browsers come back to. */
    private Settings.@Nullable Oidc oidc() {
        URI issuer = settings.find(OIDC_ISSUER);
        String id = settings.find(OIDC_CLIENT_ID);
        Secret secret = settings.find(OIDC_CLIENT_SECRET);
        if (issuer == null && id == null && secret == null) {
            return null;
        }
        if (issuer == null || id == null || secret == null) {
            throw new ConfigException(
                    "Of oidc.issuer, oidc.client-id and oidc.client-secret only some are set; set all three, or none.");
        }
        URI site = settings.find(PUBLIC_URL);
        if (site == null) {
            warnings.add("Without public.url nobody signs in by OpenID Connect: oidc.issuer has no effect.");
            return null;
        }
        String name = settings.find(OIDC_NAME);
        return new Settings.Oidc(issuer, id, secret, name == null ? issuer.getHost() : name, site + "/sign-in/oidc");
    }

    /** A key without a secret would take events that nobody has signed. */
    private Settings.@Nullable Stripe stripe() {
        Secret key = settings.find(STRIPE_KEY);
        Secret secrets = settings.find(STRIPE_WEBHOOK_SECRET);
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
        Settings.Stripe stripe = new Settings.Stripe(
                key, all, settings.get(STRIPE_URL), settings.get(STRIPE_TAX), settings.get(STRIPE_TEST_KEY));
        boolean isReal = settings.hasRealUpstream();
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
}
