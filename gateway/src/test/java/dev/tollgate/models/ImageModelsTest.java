package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The models that make images, as programs find them. */
@BesideOthers
class ImageModelsTest {

    private static CallServer gateway;
    private static String key;

    @BeforeAll
    static void start() {
        gateway = CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        key = gateway.customer("1").key();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_model_names_its_sizes_with_the_credits_of_an_image_and_its_ratios() {
        JsonNode model = gateway.get("/v1/models/gemini-3-pro-image", key).json();
        assertThat(model.at("/images/sizes").toString()).isEqualTo("{\"1K\":26.88,\"2K\":26.88,\"4K\":48}");
        assertThat(model.at("/images/ratios")).hasSize(10);
        assertThat(model.at("/images/max_images").asInt()).isEqualTo(4);
        assertThat(model.at("/architecture/output_modalities").toString()).isEqualTo("[\"text\",\"image\"]");
        assertThat(model.at("/pricing/image_output").asInt()).isEqualTo(24_000);
    }

    @Test
    void models_are_found_by_what_they_make() {
        assertThat(gateway.get("/v1/models?output_modalities=image", key).json().get("data"))
                .hasSize(3);
        assertThat(gateway.get("/v1/models?output_modalities=embeddings", key)
                        .json()
                        .get("data"))
                .isEmpty();
        assertThat(gateway.get("/v1/models?output_modalities=smell", key).status())
                .isEqualTo(400);
    }
}
