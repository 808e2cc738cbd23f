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
     * @param settings with allowed values
     * @param place the argument, variable or line that sets a setting, for error messages
     * @param warnings receives the warnings of the start
     */
    JointSettings(Settings settings, Function<Setting<?>, String> place, List<String> warnings) {
        this.settings = settings;
        this.place = place;
        this.warnings = warnings;
    }

    /** @throws ConfigException if a setting lacks another that it needs */
    Settings.Together read() {
        Settings.AdminTls adminTls = adminTls();
        checkMail();
        return new Settings.Together(adminTls, oidc(), stripe());
    }

    /** Returns null for plain HTTP. An incomplete set is rejected: it would leave the operator's routes unencrypted. */
    private Settings.@Nullable AdminTls adminTls() {
        Settings.NamedFile certificate = file(ADMIN_CERTIFICATE);
        Settings.NamedFile key = file(ADMIN_CERTIFICATE_KEY);
        Settings.NamedFile clientCa = file(ADMIN_CLIENT_CA);
        Settings.NamedFile any = certificate != null ? certificate : key != null ? key : clientCa;
        if (any == null) {
            return null;
        }
        if (!settings.isSet(ADMIN_LISTEN)) {
            throw new ConfigException(any.place() + " needs admin.listen, the address for HTTPS; allowed is "
                    + ADMIN_LISTEN.allowed() + ".");
        }
        if (certificate == null || key == null) {
            throw new ConfigException(
                    any.place() + " is set without admin.tls." + (certificate == null ? "certificate" : "key")
                            + ". Set the certificate and its key together; a client-ca needs both.");
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
            throw new ConfigException("mail.host needs mail.from, the sender's address. Set mail.from.");
        }
        if (settings.isSet(MAIL_USER) != settings.isSet(MAIL_PASSWORD)) {
            throw new ConfigException("Only one of mail.user and mail.password is set. Set both or neither.");
        }
        if (!settings.isSet(PUBLIC_URL)) {
            warnings.add("mail.host has no effect without public.url: no e-mail is sent.");
        }
    }

    /** Returns null if OpenID Connect is off. It needs public.url: the provider must know the one redirect address. */
    private Settings.@Nullable Oidc oidc() {
        URI issuer = settings.find(OIDC_ISSUER);
        String id = settings.find(OIDC_CLIENT_ID);
        Secret secret = settings.find(OIDC_CLIENT_SECRET);
        if (issuer == null && id == null && secret == null) {
            return null;
        }
        if (issuer == null || id == null || secret == null) {
            throw new ConfigException(
                    "Only some of oidc.issuer, oidc.client-id and oidc.client-secret are set. Set all three or none.");
        }
        URI site = settings.find(PUBLIC_URL);
        if (site == null) {
            warnings.add("oidc.issuer has no effect without public.url: sign-in with OpenID Connect is off.");
            return null;
        }
        String name = settings.find(OIDC_NAME);
        return new Settings.Oidc(issuer, id, secret, name == null ? issuer.getHost() : name, site + "/sign-in/oidc");
    }

    /** Returns null without a key. A key needs a webhook secret: without one, unsigned events would be accepted. */
    private Settings.@Nullable Stripe stripe() {
        Secret key = settings.find(STRIPE_KEY);
        Secret secrets = settings.find(STRIPE_WEBHOOK_SECRET);
        if (key == null) {
            if (secrets != null) {
                warnings.add("stripe.webhook-secret has no effect without stripe.secret-key.");
            }
            return null;
        }
        if (secrets == null) {
            throw new ConfigException("stripe.secret-key needs " + STRIPE_WEBHOOK_SECRET.name() + " ("
                    + STRIPE_WEBHOOK_SECRET.variable() + "); allowed is " + STRIPE_WEBHOOK_SECRET.allowed() + ".");
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
            warnings.add("stripe.secret-key is a test key: customers get credits for real calls without paying.");
        }
        return stripe;
    }
}
