package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.testing.RsaKeys;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.credentials.ServiceAccount;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** How Gemini lets a channel in: what a service account's file must hold, what is signed with it, where Vertex AI's models stand. */
class ServiceAccountTest {

    private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();
    private static final KeyPair KEYS = RsaKeys.pair();

    private static ObjectNode file() {
        return Json.MAPPER
                .createObjectNode()
                .put("type", "service_account")
                .put("project_id", "acme")
                .put("private_key_id", "kid-1")
                .put(
                        "private_key",
                        "-----BEGIN PRIVATE KEY-----\n"
                                + Base64.getMimeEncoder()
                                        .encodeToString(KEYS.getPrivate().getEncoded())
                                + "\n-----END PRIVATE KEY-----\n")
                .put("client_email", "me@acme.example")
                .put("token_uri", "https://tokens.example/token");
    }

    private static ServiceAccount read(ObjectNode file) {
        return ServiceAccount.read(new Secret(file.toString()));
    }

    @Test
    void a_key_file_says_who_it_is_and_signs_for_an_hour() throws Exception {
        ServiceAccount account = read(file());
        assertThat(account.email()).isEqualTo("me@acme.example");
        assertThat(account.project()).isEqualTo("acme");
        assertThat(account.tokenUri()).hasToString("https://tokens.example/token");
        String[] parts = account.assertion(Instant.ofEpochSecond(1_000)).split("\\.");
        assertThat(new String(BASE64.decode(parts[0]), StandardCharsets.UTF_8))
                .isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"kid-1\"}");
        assertThat(new String(BASE64.decode(parts[1]), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"iss\":\"me@acme.example\",\"scope\":\"https://www.googleapis.com/auth/cloud-platform\",\"aud\":\"https://tokens.example/token\",\"iat\":1000,\"exp\":4600}");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(KEYS.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(BASE64.decode(parts[2]))).isTrue();
    }

    @Test
    void what_a_file_does_not_say_is_left_out() {
        ObjectNode file = file();
        file.remove("private_key_id");
        file.put("project_id", 7);
        ServiceAccount account = read(file);
        assertThat(account.project()).isNull();
        assertThat(new String(BASE64.decode(account.assertion(Instant.EPOCH).split("\\.")[0]), StandardCharsets.UTF_8))
                .isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "type, authorized_user, is not the key of a service account",
        "client_email, '', 'holds no \"client_email\"'",
        "private_key, '', 'holds no \"private_key\"'",
        "token_uri, '', 'holds no \"token_uri\"'",
        "token_uri, ftp://tokens.example, is not a URL",
        "token_uri, https:/token, is not a URL",
        "token_uri, 'https://me:secret@tokens.example', is not a URL",
        "token_uri, 'https://a b', is not a URL",
        "private_key, c2VjcmV0, is not an RSA key",
        "private_key, '?', is not an RSA key"
    })
    void an_invalid_file_is_reported_without_its_content(String field, String value, String complaint) {
        assertThatThrownBy(() -> read(file().put(field, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint)
                .hasMessageNotContaining("secret");
    }

    @Test
    void tokens_may_use_http_and_invalid_json_is_reported() {
        assertThat(read(file().put("token_uri", "http://localhost:1/token"))
                        .tokenUri()
                        .getPort())
                .isEqualTo(1);
        assertThatThrownBy(() -> ServiceAccount.read(new Secret("{secret")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("is not JSON");
    }

    // ---- where models stand ----

    @Test
    void the_gemini_api_and_vertex_differ_in_what_they_take() {
        KeyAccess api = new KeyAccess("our-key", false);
        VertexAccess vertex = VertexAccess.express("our-key");
        assertThat(api.path("m", "countTokens")).isEqualTo("/v1beta/models/m:countTokens");
        assertThat(vertex.path("m", "countTokens")).isEqualTo("/v1beta1/publishers/google/models/m:countTokens");
        assertThat(api.secret()).isEqualTo("our-key").isEqualTo(vertex.secret());
        assertThat(api.hasFiles()).isTrue();
        assertThat(vertex.hasFiles()).isFalse();
        assertThat(api.mayHaveExpired()).isFalse();
        assertThat(vertex.mayHaveExpired()).isFalse();
        assertThat(api.callIds(true)).isEqualTo(CallIds.ANY);
        assertThat(vertex.callIds(true)).isEqualTo(CallIds.OWN);
        assertThat(vertex.callIds(false)).isEqualTo(CallIds.NONE);
    }

    @Test
    void vertex_refuses_functions_with_a_search() {
        VertexAccess vertex = VertexAccess.express("our-key");
        vertex.check(Asks.asks().user("?").tool("f", null).ask());
        vertex.check(Asks.asks().user("?").with(a -> a.webSearch = true).ask());
        assertThatThrownBy(() -> vertex.check(Asks.asks()
                        .user("?")
                        .tool("f", null)
                        .with(a -> a.webSearch = true)
                        .ask()))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.error().param()).isEqualTo("tools"));
    }

    @Test
    void vertex_counts_a_flat_body_and_nothing_that_holds_more() {
        VertexAccess vertex = VertexAccess.express("our-key");
        assertThat(vertex.counts(Asks.asks().user("?").ask())).isTrue();
        assertThat(vertex.counts(Asks.asks().user("?").tool("f", null).ask())).isFalse();
        assertThat(new KeyAccess("k", false)
                        .counts(Asks.asks().user("?").tool("f", null).ask()))
                .isTrue();
    }
}
