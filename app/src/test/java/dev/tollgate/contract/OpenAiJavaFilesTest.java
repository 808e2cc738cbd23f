package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.tollgate.testing.Gateway;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What openai-java, which validates every field here, makes of files of batches. */
class OpenAiJavaFilesTest {

    private static Gateway gateway;
    private static OpenAiJava openai;

    @TempDir
    Path folder;

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

    @Test
    void a_file_is_uploaded_listed_read_and_deleted() throws IOException {
        byte[] content = "{\"custom_id\":\"a\"}\n".repeat(30_000).getBytes(StandardCharsets.UTF_8);
        Path path = Files.write(folder.resolve("input.jsonl"), content);
        FileObject file = openai.client()
                .files()
                .create(FileCreateParams.builder()
                        .file(path)
                        .purpose(FilePurpose.BATCH)
                        .build());
        file.validate();
        assertThat(file.bytes()).isEqualTo(content.length);
        assertThat(file.filename()).isEqualTo("input.jsonl");
        assertThat(openai.client().files().retrieve(file.id())).isEqualTo(file);
        List<FileObject> listed =
                openai.client().files().list().autoPager().stream().toList();
        assertThat(listed).contains(file);
        try (HttpResponse read = openai.client().files().content(file.id());
                InputStream body = read.body()) {
            assertThat(body.readAllBytes()).isEqualTo(content);
        }
        assertThat(openai.client().files().delete(file.id()).deleted()).isTrue();
        assertThatThrownBy(() -> openai.client().files().retrieve(file.id())).isInstanceOf(NotFoundException.class);
    }

    /** It sends a stream in chunks, and without a name. */
    @Test
    void a_stream_without_a_name_is_uploaded() {
        byte[] content = "{}".getBytes(StandardCharsets.UTF_8);
        FileObject file = openai.client()
                .files()
                .create(FileCreateParams.builder()
                        .file(MultipartField.<InputStream>of(new ByteArrayInputStream(content)))
                        .purpose(FilePurpose.BATCH)
                        .build());
        assertThat(file.validate().bytes()).isEqualTo(2);
        assertThat(file.filename()).isEqualTo("input.jsonl");
    }
}
