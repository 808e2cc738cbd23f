package dev.tollgate.operator.admin;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Admits only the operator: a request with the admin key, or a client certificate at {@code admin.listen} (F64). If a request has a key, the key
 * decides.
 */
public final class AdminGate implements Gate<AdminGate.Operator> {

    private static final String SCHEME = "bearer ";

    private final byte[] keySha256;
    private final KeyGate keys;

    /**
     * @param keySha256 hash of the admin key, in hex
     * @param keys distinguishes a valid API key from an unknown key
     */
    public AdminGate(String keySha256, KeyGate keys) {
        this.keySha256 = HexFormat.of().parseHex(keySha256);
        this.keys = keys;
    }

    public static String sha256(String key) {
        return HexFormat.of().formatHex(digest(key));
    }

    @Override
    public String name() {
        return "admin key";
    }

    @Override
    public Future<Operator> admit(Exchange exchange) {
        String address = exchange.remoteAddress();
        String certificate = certificate(exchange);
        if (certificate != null) {
            return operator(Actor.certificate(certificate, address));
        }
        String bearer = bearer(exchange.header("authorization"));
        if (bearer != null && MessageDigest.isEqual(digest(bearer), keySha256)) {
            return operator(Actor.adminKey(address));
        }
        if (bearer == null || !bearer.startsWith("sk-")) {
            ApiError refusal = ApiError.of(
                    ErrorCode.INVALID_API_KEY,
                    "The operator's routes need the admin key: send it as 'Authorization: Bearer …'.");
            throw bearer == null ? refusal.asException() : exchange.refuseWrongKey(refusal);
        }
        return keys.admit(exchange).compose(known -> {
            throw ApiError.of(ErrorCode.INVALID_API_KEY, "An API key does not open the operator's routes.")
                    .withStatus(403)
                    .asException();
        });
    }

    private static Future<Operator> operator(Actor actor) {
        return Future.succeededFuture(new Operator(actor, true));
    }

    /** A browser shows its certificate to us whatever page has it ask, so that for pages it does not count. */
    private static @Nullable String certificate(Exchange exchange) {
        return exchange.header("authorization") == null && !exchange.isAskedByPage()
                ? exchange.clientCertificate()
                : null;
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? authorization.substring(SCHEME.length()).strip()
                : null;
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * A caller of the operator's API.
     *
     * @param actor as the audit log names it
     * @param givesReasons whether each change needs a reason; commands on this machine need one only where rights, prices or money change
     */
    public record Operator(Actor actor, boolean givesReasons) {

        /** A command that opened the books itself. */
        public static final Operator COMMAND = new Operator(Actor.COMMAND, false);

        /** A command that asks the running server. */
        public static final Operator CONTROL_SOCKET = new Operator(Actor.CONTROL_SOCKET, false);
    }

    /** The gate of the control socket: a process that can open its file acts as the operator. */
    public static final class SocketGate implements Gate<Operator> {

        private static final Future<Operator> OPERATOR = Future.succeededFuture(Operator.CONTROL_SOCKET);

        @Override
        public String name() {
            return "control socket";
        }

        @Override
        public Future<Operator> admit(Exchange exchange) {
            return OPERATOR;
        }
    }

    /**
     * The key of the operator's routes: from the settings, or created by the first start. Only its hash is stored.
     *
     * @param sha256 in hex
     * @param made the key if this start has created it, to be shown once
     */
    public record AdminKey(String sha256, @Nullable String made) {

        private static final String NAME = "admin_key_sha256";
        private static final String PREFIX = "adm-";
        private static final int BYTES = 32;

        public static AdminKey of(@Nullable Secret chosen, Writer writer, SecureRandom random) {
            return chosen == null ? made(writer, random) : new AdminKey(AdminGate.sha256(chosen.value()), null);
        }

        private static AdminKey made(Writer writer, SecureRandom random) {
            byte[] bytes = new byte[BYTES];
            random.nextBytes(bytes);
            String key = PREFIX + HexFormat.of().formatHex(bytes);
            String hash = AdminGate.sha256(key);
            InstallationValue kept = new InstallationValue(NAME, hash);
            writer.commitAndWait(Unit.of(kept));
            return new AdminKey(kept.outcome(), kept.outcome().equals(hash) ? key : null);
        }

        @Override
        public String toString() {
            return "AdminKey";
        }
    }
}
