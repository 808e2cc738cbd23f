package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A model that is no longer sold: its calls are shown from their rows and the recorded price (B7). */
class DepartedModelTest {

    @TempDir
    private Path folder;

    /** Two lines are answered before, two are to be made again; they end as errors, and so does their batch. */
    @Test
    void lines_of_a_model_that_goes_are_errors_and_end_their_batch() throws IOException {
        Path file = WholePrice.catalogue(folder.resolve("models.yaml"));
        try (CallServer gateway = CallServer.start("models.file", file.toString())) {
            gateway.script(UpstreamScript.says("Hello", 40, 7)
                    .times(2)
                    .next()
                    .status(503, "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}"));
            Customer customer = gateway.customer("100");
            String path = "/v1/batches/" + batch(gateway, customer);
            CallServer.await(
                    "two that wait",
                    () -> gateway.number("SELECT COUNT(*) FROM job_line WHERE due_at > 0") == 2
                            && gateway.number("SELECT completed FROM batch") == 2);
            JsonNode before = gateway.get(path, customer.key()).json();

            Files.delete(file);
            CatalogueLoader.copyBuiltIn(file);
            gateway.restart();
            gateway.execute("UPDATE job_line SET due_at = 1 WHERE due_at > 0");
            gateway.execute("UPDATE job SET due_at = 1");

            CallServer.await("the end", () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
            JsonNode batch = gateway.get(path, customer.key()).json();
            assertThat(batch.path("status").asString()).isEqualTo("completed");
            assertThat(batch.path("request_counts").toString()).isEqualTo("{\"total\":4,\"completed\":2,\"failed\":2}");
            assertThat(batch.path("credits_consumed")).isEqualTo(before.path("credits_consumed"));
            assertThat(customer.consumed())
                    .isEqualByComparingTo(batch.path("credits_consumed").decimalValue());
            String errors = gateway.get(
                            "/v1/files/" + batch.path("error_file_id").asString() + "/content", customer.key())
                    .text();
            assertThat(errors.lines()).hasSize(2).allSatisfy(line -> assertThat(line)
                    .contains("\"status_code\":404", "model_not_found"));
            gateway.assertBooksAreClosed();
        }
    }

    private static String batch(CallServer gateway, Customer customer) {
        String lines = IntStream.rangeClosed(1, 4)
                .mapToObj(
                        i -> "{\"custom_id\":\"l" + i
                                + "\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"parts\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}}\n")
                .collect(Collectors.joining());
        return new BatchClient(gateway, customer.key()).create(lines);
    }

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
