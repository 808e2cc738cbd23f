package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.tollgate.testing.Gateway;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What openai-java, which validates every field here, makes of batches. */
@Timeout(120)
class OpenAiJavaBatchesTest {

    private static Gateway gateway;
    private static OpenAiJava openai;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        openai = OpenAiJava.of(gateway);
    }

    @AfterAll
    static void stop() {
        openai.close();
        gateway.close();
    }

    private static String line(String id, String model) {
        return "{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"/v1/responses\",\"body\":{\"model\":\"%s\",\"input\":\"Hi\",\"max_output_tokens\":100}}\n"
                .formatted(id, model);
    }

    private static FileObject uploaded(String lines) {
        InputStream content = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
        return openai.client()
                .files()
                .create(FileCreateParams.builder()
                        .file(MultipartField.<InputStream>of(content))
                        .purpose(FilePurpose.BATCH)
                        .build());
    }

    private static BatchCreateParams creation(FileObject input) {
        return BatchCreateParams.builder()
                .inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_RESPONSES)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .build();
    }

    private static Batch ended(String id) {
        Gateway.await("the end of a batch", () -> {
            Batch.Status status = openai.client().batches().retrieve(id).status();
            return !List.of(Batch.Status.VALIDATING, Batch.Status.IN_PROGRESS, Batch.Status.CANCELLING)
                    .contains(status);
        });
        return openai.client().batches().retrieve(id).validate();
    }

    private static String content(String file) throws IOException {
        try (HttpResponse read = openai.client().files().content(file);
                InputStream body = read.body()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void a_batch_is_created_read_listed_and_cancelled() throws IOException {
        FileObject input = uploaded(line("a", "gemini-2.5-pro") + line("b", "no-model"));
        Batch created = openai.client().batches().create(creation(input)).validate();
        assertThat(created.status()).isEqualTo(Batch.Status.VALIDATING);
        Batch batch = ended(created.id());
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(1);
        assertThat(batch.requestCounts().orElseThrow().failed()).isEqualTo(1);
        assertThat(batch.usage().orElseThrow().totalTokens()).isGreaterThan(0);
        assertThat(content(batch.outputFileId().orElseThrow())).contains("\"custom_id\":\"a\"");
        assertThat(content(batch.errorFileId().orElseThrow())).contains("\"custom_id\":\"b\"");
        assertThat(openai.client().batches().cancel(batch.id()).validate()).isEqualTo(batch);
        assertThat(openai.client().batches().list().autoPager().stream()
                        .map(Batch::id)
                        .toList())
                .contains(batch.id());
    }

    @Test
    void the_faults_of_an_input_are_named() {
        Batch batch = ended(
                openai.client().batches().create(creation(uploaded("{}\n"))).id());
        assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
        var fault = batch.errors().orElseThrow().data().orElseThrow().getFirst();
        assertThat(fault.code().orElseThrow()).isEqualTo("missing_required_parameter");
        assertThat(fault.line().orElseThrow()).isEqualTo(1);
        assertThat(fault.param().orElseThrow()).isEqualTo("custom_id");
    }

    @Test
    void refusals_are_the_clients_own_exceptions() {
        assertThatThrownBy(() -> openai.client().batches().retrieve("batch_none"))
                .isInstanceOf(NotFoundException.class);
        BatchCreateParams images = creation(uploaded(line("a", "gemini-2.5-pro"))).toBuilder()
                .endpoint(BatchCreateParams.Endpoint.V1_COMPLETIONS)
                .build();
        assertThatThrownBy(() -> openai.client().batches().create(images)).isInstanceOf(BadRequestException.class);
    }
}
