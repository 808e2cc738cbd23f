package dev.tollgate.protocols.embeddings;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of models that make embeddings. */
@Timeout(240)
class EmbeddingsPagesTest {

    private static final String FIRST = "gemini-embedding-001";

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("models.file", "models/gemini-all.yaml");
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/docs/models", "/docs/models/gemini-embedding-001"})
    void pages_show_models_of_embeddings(String path) {
        assertThat(gateway.get(path).status()).isEqualTo(200);
        assertThat(gateway.get("/docs/models/" + FIRST).text()).contains("/v1/embeddings");
    }
}
