package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is no longer sold: its calls are shown from their rows and the recorded price (B7). */
class DepartedModelTest {

    @TempDir
    private Path folder;

    @Test
    void the_task_of_a_model_that_is_gone_prints_the_same() throws IOException {
        Path file = WholePrice.catalogue(folder.resolve("models.yaml"));
        try (CallServer gateway = CallServer.start("models.file", file.toString())) {
            gateway.script(UpstreamScript.says("Hello", 40, 7));
            Customer customer = gateway.customer("100");
            String id = customer.chat("{\"model\":\"parts\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
                    .header("x-tollgate-task-id");
            String task = gateway.get("/v1/tasks/" + id, customer.key()).text();
            String receipt = gateway.get("/v1/receipts/" + id, customer.key()).text();
            assertThat(task).contains("\"usage\":{", "\"pricing_detail\":{");

            Files.delete(file);
            CatalogueLoader.copyBuiltIn(file);
            gateway.restart();

            assertThat(gateway.get("/v1/models/parts", customer.key()).status()).isEqualTo(404);
            assertThat(gateway.get("/v1/tasks/" + id, customer.key()).text()).isEqualTo(task);
            assertThat(gateway.get("/v1/receipts/" + id, customer.key()).text()).isEqualTo(receipt);
            gateway.assertBooksAreClosed();
        }
    }
}
