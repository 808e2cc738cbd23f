package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.google.genai.Client;
import com.google.genai.types.ContentEmbedding;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.EmbedContentResponse;
import com.google.genai.types.HttpOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import dev.tollgate.testing.Gateway;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** OpenAI's and Google's own clients for Java ask for embeddings. */
@Timeout(240)
class EmbeddingClientsTest {

    private static final String MODEL = "gemini-embedding-001";
    private static final List<String> TEXTS = List.of("The first text", "The second text");

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

    private static CreateEmbeddingResponse openai(OpenAIClient client, EncodingFormat format) {
        EmbeddingCreateParams.Builder params = EmbeddingCreateParams.builder()
                .model(MODEL)
                .inputOfArrayOfStrings(TEXTS)
                .dimensions(256);
        return client.embeddings().create((format == null ? params : params.encodingFormat(format)).build());
    }

    @Test
    void openais_client_reads_the_same_vectors_in_both_forms() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .responseValidation(true)
                .maxRetries(0)
                .build();
        try {
            CreateEmbeddingResponse usual = openai(client, null);
            CreateEmbeddingResponse numbers = openai(client, EncodingFormat.FLOAT);
            assertThat(usual.data()).hasSize(2);
            for (int i = 0; i < 2; i++) {
                assertThat(usual.data().get(i).embedding()).hasSize(256);
                assertThat(usual.data().get(i).embedding())
                        .isEqualTo(numbers.data().get(i).embedding());
            }
            assertThat(usual.usage().promptTokens()).isEqualTo(8);
        } finally {
            client.close();
        }
    }

    @Test
    void googles_client_gets_a_vector_for_each_text() {
        try (Client client = Client.builder()
                .apiKey(Gateway.DEMO_KEY)
                .httpOptions(HttpOptions.builder().baseUrl(gateway.url()).build())
                .build()) {
            EmbedContentResponse response = client.models.embedContent(
                    MODEL,
                    TEXTS,
                    EmbedContentConfig.builder()
                            .taskType("RETRIEVAL_DOCUMENT")
                            .outputDimensionality(256)
                            .build());
            List<ContentEmbedding> embeddings = response.embeddings().orElseThrow();
            assertThat(embeddings)
                    .hasSize(2)
                    .allSatisfy(it -> assertThat(it.values().orElseThrow()).hasSize(256));
        }
    }
}
