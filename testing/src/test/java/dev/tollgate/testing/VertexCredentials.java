package dev.tollgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;

/** A service account of Google's, in the file that it comes in. */
public final class VertexCredentials {

    public static final KeyPair KEYS = RsaKeys.pair();
    public static final String PEM = "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(KEYS.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";

    private static final JsonMapper JSON = new JsonMapper();

    private VertexCredentials() {}

    /** @param tokens where its tokens are given out */
    public static Path file(String tokens) {
        try {
            Path file = Files.createTempFile("account", ".json");
            Files.writeString(
                    file,
                    JSON.writeValueAsString(JSON.createObjectNode()
                            .put("type", "service_account")
                            .put("project_id", "acme-prod")
                            .put("private_key_id", "kid-1")
                            .put("private_key", PEM)
                            .put("client_email", "tollgate@acme-prod.iam.gserviceaccount.com")
                            .put("token_uri", tokens + "/token")));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
