package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.customers.keys.KeyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Admits only the operator: a request with the admin key, or a client certificate at {@code admin.listen} (F64). If a request has a key, the key
 * decides.
 */
public final class AdminGate implements Gate<Operator> {

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
}
