package dev.tollgate.upstreams.gemini.credentials;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.json.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Google service account's key file.
 *
 * @param email who it is
 * @param keyId names the key to Google; null where the file does not
 * @param project the project it belongs to; null where the file does not say
 * @param tokenUri where tokens are given out
 */
public record ServiceAccount(
        String email, @Nullable String keyId, @Nullable String project, URI tokenUri, PrivateKey key) {

    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    private static final long LIFE_SECONDS = 3_600;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** @throws IllegalArgumentException saying what is wrong, without a word of the file */
    public static ServiceAccount read(Secret file) {
        JsonNode json;
        try {
            json = Json.STRICT.readTree(file.value());
        } catch (JacksonException e) {
            throw new IllegalArgumentException("is not JSON");
        }
        if (!"service_account".equals(json.path("type").asString(""))) {
            throw new IllegalArgumentException("is not the key of a service account (\"type\": \"service_account\")");
        }
        return new ServiceAccount(
                need(json, "client_email"),
                text(json, "private_key_id"),
                text(json, "project_id"),
                uri(need(json, "token_uri")),
                key(need(json, "private_key")));
    }

    private static @Nullable String text(JsonNode json, String field) {
        return json.path(field).isString() ? json.path(field).asString() : null;
    }

    private static String need(JsonNode json, String field) {
        String text = text(json, field);
        if (text == null || text.isEmpty()) {
            throw new IllegalArgumentException("holds no \"" + field + "\"");
        }
        return text;
    }

    private static URI uri(String text) {
        try {
            URI uri = URI.create(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("holds a \"token_uri\" that is not a URL");
        }
        throw new IllegalArgumentException("holds a \"token_uri\" that is not a URL");
    }

    private static PrivateKey key(String pem) {
        try {
            String base64 =
                    pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
            byte[] bytes = Base64.getDecoder().decode(base64);
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IllegalArgumentException("holds a \"private_key\" that is not an RSA key in PKCS#8 PEM");
        }
    }

    /** A signed claim that is good for an hour, to be exchanged for a token (RFC 7523). Takes a millisecond or two. */
    public String assertion(Instant now) {
        ObjectNode header = Json.MAPPER.createObjectNode().put("alg", "RS256").put("typ", "JWT");
        if (keyId != null) {
            header.put("kid", keyId);
        }
        ObjectNode claims = Json.MAPPER
                .createObjectNode()
                .put("iss", email)
                .put("scope", SCOPE)
                .put("aud", tokenUri.toString())
                .put("iat", now.getEpochSecond())
                .put("exp", now.getEpochSecond() + LIFE_SECONDS);
        String signed = encoded(header) + "." + encoded(claims);
        return signed + "." + BASE64.encodeToString(signature(signed));
    }

    private static String encoded(ObjectNode json) {
        return BASE64.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] signature(String text) {
        try {
            Signature signing = Signature.getInstance("SHA256withRSA");
            signing.initSign(key);
            signing.update(text.getBytes(StandardCharsets.US_ASCII));
            return signing.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("RSA does not work here", e);
        }
    }

    @Override
    public String toString() {
        return "ServiceAccount";
    }
}
