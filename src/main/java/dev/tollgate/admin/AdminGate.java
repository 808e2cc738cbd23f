package dev.tollgate.admin;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Access;
import dev.tollgate.http.Authenticator;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Stands before the gate of the API keys and keeps the operator's routes to the operator. */
public final class AdminGate implements Authenticator {

    private static final String SCHEME = "bearer ";

    /** The operator as a caller. He owns no account. */
    private static final Caller OPERATOR = new Operator();

    private final byte[] keySha256;
    private final Authenticator keys;

    /**
     * @param keySha256 the admin key's hash, in hex
     * @param keys the gate of all other routes
     */
    public AdminGate(String keySha256, Authenticator keys) {
        this.keySha256 = HexFormat.of().parseHex(keySha256);
        this.keys = keys;
    }

    public static String sha256(String key) {
        return HexFormat.of().formatHex(digest(key));
    }

    @Override
    public Future<Caller> authenticate(Exchange exchange, Access access) {
        if (access != Access.ADMIN) {
            return keys.authenticate(exchange, access);
        }
        String bearer = bearer(exchange.header("authorization"));
        if (bearer != null && MessageDigest.isEqual(digest(bearer), keySha256)) {
            return Future.succeededFuture(OPERATOR);
        }
        if (bearer == null || !bearer.startsWith("sk-")) {
            ApiError refusal = ApiError.of(
                    ErrorCode.INVALID_API_KEY,
                    "The operator's routes need the admin key: send it as 'Authorization: Bearer …'.");
            throw bearer == null ? refusal.asException() : exchange.refuseWrongKey(refusal);
        }
        return keys.authenticate(exchange, Access.KEY).compose(known -> {
            throw ApiError.of(ErrorCode.INVALID_API_KEY, "An API key does not open the operator's routes.")
                    .withStatus(403)
                    .asException();
        });
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

    private record Operator() implements Caller {
        @Override
        public String accountId() {
            throw new IllegalStateException("the operator has no account");
        }

        @Override
        public String keyId() {
            return "admin";
        }

        @Override
        public String keyPrefix() {
            return "admin";
        }
    }
}
