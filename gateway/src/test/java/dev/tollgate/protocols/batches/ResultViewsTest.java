package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.files.StoredFile.Announced;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.BatchChange;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.protocols.batches.ResultFiles.Part;
import dev.tollgate.protocols.batches.ResultFiles.Place;
import dev.tollgate.protocols.batches.ResultFiles.ResultFile;
import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.CallsFixture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Results as files, over rows of the test's own (J29). */
class ResultViewsTest {

    private static final String MINE = "acc_1";
    private static final KeyOwner OWN = KeyOwner.account("key_1");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Random RANDOM = new Random(7);

    @TempDir
    Path folder;

    private CallsFixture store;
    private Jobs jobs;
    private Batches batches;
    private ResultViews views;
    private int made;

    @BeforeEach
    void open() {
        store = new CallsFixture(folder);
        store.account(MINE, 1_000_000);
        store.key("key_1", MINE, KeySettings.named("one"));
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        batches = new Batches(store.database, jobs, store::now);
        views = new ResultViews(batches, store.files, store::now);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] packed(byte[] line) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
            out.write(line);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return packed.toByteArray();
    }

    /** Text that no compression makes short. */
    private static String noise(int chars) {
        StringBuilder noise = new StringBuilder();
        for (int i = 0; i < chars; i++) {
            noise.append((char) ('a' + RANDOM.nextInt(26)));
        }
        return noise.toString();
    }

    private static byte[] result(int line, int chars) {
        return ("{\"custom_id\":\"i" + line + "\",\"text\":\"" + noise(chars) + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A batch whose lines have ended as the test says, and which has ended itself. */
    private final class Made {

        private final String id = "chatcmpl-%031d".formatted(++made);
        private final int lines;
        private final List<byte[]> answers = new ArrayList<>();
        private final List<byte[]> errors = new ArrayList<>();
        private final StoredFile input;

        Made(int lines) throws IOException {
            this(lines, 8);
        }

        /** @param idBytes the most that a name takes as JSON, as the check has found it */
        Made(int lines, int idBytes) throws IOException {
            this.lines = lines;
            StringBuilder text = new StringBuilder();
            for (int i = 1; i <= lines; i++) {
                text.append("{\"custom_id\":\"i").append(i).append("\"}\n\n");
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            Announced announced = new Announced("in.jsonl", "application/jsonl", bytes.length);
            input = store.files.write(MINE, OWN, FilePurpose.BATCH, announced, new ByteArrayInputStream(bytes));
            BatchDetails details = new BatchDetails(null, Map.of());
            batches.accept(
                    id, MINE, OWN, null, "", "/v1/chat/completions", input.id(), Duration.ofDays(30), details.bytes());
            store.execute("UPDATE job SET node_id = 'own' WHERE id = '" + id + "'");
            BatchDetails checked =
                    new BatchDetails(null, Map.of(), Map.of(), List.of(), null, List.of(), idBytes, null);
            byte[] sealed = jobs.seal(id, 0, checked.bytes());
            jobs.commit(new BatchChange.Checked(id, "own", store.now(), lines, 1, 2, sealed));
        }

        Made with(IntPredicate isAnswered, IntPredicate isRefused, int chars) {
            for (int line = 1; line <= lines; line++) {
                if (isAnswered.test(line) || isRefused.test(line)) {
                    byte[] result = result(line, chars);
                    (isAnswered.test(line) ? answers : errors).add(result);
                    byte[] sealed = jobs.seal(id, line, packed(result));
                    int status = isAnswered.test(line) ? 200 : 400;
                    jobs.commit(new BatchChange.LineRefused(id, "own", line, 0, status, sealed, result.length));
                }
            }
            return this;
        }

        /** The rows of the test stand for charged ones. */
        Batch ended(Job.State state) {
            jobs.commit(new BatchChange.BatchEnded(id, "own", state, store.now()));
            store.execute(
                    "UPDATE batch SET completed = %d, failed = %d, output_bytes = %d, error_bytes = %d WHERE job_id = '%s'"
                            .formatted(answers.size(), errors.size(), length(answers), length(errors), id));
            return Objects.requireNonNull(batches.find(MINE, OWN, id));
        }

        String output() {
            return id.substring(9) + 'o';
        }

        String errorFile() {
            return id.substring(9) + 'e';
        }
    }

    private static long length(List<byte[]> lines) {
        return lines.stream().mapToLong(line -> line.length).sum();
    }

    private ResultFile file(String id) {
        return Objects.requireNonNull(views.find(MINE, OWN, id));
    }

    private String content(String id) {
        ResultFiles.Content content = views.open(MINE, OWN, file(id));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece = content.next(); piece != null; piece = content.next()) {
            assertThat(piece.length).isLessThanOrEqualTo(6 << 20);
            all.writeBytes(piece);
        }
        assertThat((long) all.size()).isEqualTo(file(id).bytes());
        return all.toString(StandardCharsets.UTF_8);
    }

    private static String joined(List<byte[]> lines) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        lines.forEach(all::writeBytes);
        return all.toString(StandardCharsets.UTF_8);
    }

    @Test
    void each_line_stands_in_one_file_in_order() throws IOException {
        Made batch = new Made(700).with(line -> line % 3 != 0, line -> line % 3 == 0, 10_000);
        batch.ended(Job.State.COMPLETED);
        assertThat(content(batch.output())).isEqualTo(joined(batch.answers));
        assertThat(content(batch.errorFile())).isEqualTo(joined(batch.errors));
        assertThat(file(batch.output()).name()).isEqualTo("batch_" + batch.id.substring(9) + "_output.jsonl");
        assertThat(file(batch.errorFile()).name()).isEqualTo("batch_" + batch.id.substring(9) + "_error.jsonl");
    }

    @Test
    void lines_that_never_ended_stand_in_the_error_file() throws IOException {
        Made batch = new Made(300).with(line -> line < 100, line -> line % 10 == 5 && line >= 100, 20);
        batch.ended(Job.State.EXPIRED);
        String[] lines = content(batch.errorFile()).split("\n");
        assertThat(lines.length).isEqualTo(201);
        for (int i = 0; i < lines.length; i++) {
            var line = JSON.readTree(lines[i]);
            assertThat(line.path("custom_id").asString()).isEqualTo("i" + (100 + i));
            assertThat(line.path("error").path("code").asString(""))
                    .isEqualTo((100 + i) % 10 == 5 ? "" : "batch_expired");
        }
    }

    @Test
    void lines_of_a_lost_input_have_no_name() throws IOException {
        Made batch = new Made(12);
        batch.ended(Job.State.CANCELLED);
        store.files.delete(MINE, OWN, FilePurpose.BATCH, batch.input.id());
        String[] lines = content(batch.errorFile()).split("\n");
        assertThat(lines.length).isEqualTo(12);
        assertThat(JSON.readTree(lines[11]).path("custom_id").isNull()).isTrue();
        assertThat(JSON.readTree(lines[11]).path("error").path("code").asString())
                .isEqualTo("batch_cancelled");
        assertThat(views.find(MINE, OWN, batch.output())).isNull();
    }

    /** {@code null} is longer than a name of one character. */
    @Test
    void lines_with_short_names_have_their_length_without_an_input() throws IOException {
        Made batch = new Made(9, 3);
        batch.ended(Job.State.EXPIRED);
        long bytes = file(batch.errorFile()).bytes();
        store.files.delete(MINE, OWN, FilePurpose.BATCH, batch.input.id());
        assertThat(content(batch.errorFile()).lines()).hasSize(9);
        assertThat(file(batch.errorFile()).bytes()).isEqualTo(bytes);
    }

    @Test
    void a_deleted_file_is_cut_and_never_short() throws IOException {
        Made batch = new Made(40).with(line -> line < 40, line -> line == 40, 200_000);
        batch.ended(Job.State.COMPLETED);
        ResultFiles.Content content = views.open(MINE, OWN, file(batch.output()));
        assertThat(content.next()).isNotNull();
        assertThat(views.delete(MINE, OWN, batch.output())).isTrue();
        assertThatThrownBy(() -> {
                    while (content.next() != null) {}
                })
                .isInstanceOf(StoreException.class);
        assertThat(views.find(MINE, OWN, batch.output())).isNull();
        assertThat(views.delete(MINE, OWN, batch.errorFile()))
                .as("what cleans up after a batch names both files")
                .isTrue();
        assertThat(views.delete(MINE, new KeyOwner("", "team_1", "key_3"), batch.errorFile()))
                .isFalse();
    }

    @Test
    void files_are_listed_in_either_order_from_any_place() throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            if (i != 2) {
                store.advance(Duration.ofSeconds(1)); // two batches end at the same time
            }
            int answered = i % 3;
            Made batch = new Made(2).with(line -> line <= answered, line -> line > answered, 1);
            batch.ended(Job.State.COMPLETED);
            if (answered < 2) {
                ids.add(batch.errorFile());
            }
            if (answered > 0) {
                ids.add(batch.output());
            }
        }
        assertThat(listed(null, true, 100)).isEqualTo(ids);
        assertThat(listed(null, false, 100)).isEqualTo(ids.reversed());
        for (int from = 0; from < ids.size(); from++) {
            ResultFile file = file(ids.get(from));
            Place place = new Place(file.createdAt(), file.id());
            assertThat(listed(place, true, 2)).isEqualTo(ids.subList(from + 1, Math.min(from + 3, ids.size())));
            assertThat(listed(place, false, 100)).isEqualTo(ids.subList(0, from).reversed());
        }
        assertThat(views.list("acc_2", OWN, new Part(null, true, 9))).isEmpty();
        assertThat(views.list(MINE, KeyOwner.account("key_2"), new Part(null, true, 9)))
                .hasSize(ids.size());
        assertThat(views.list(MINE, new KeyOwner("", "team_1", "key_3"), new Part(null, true, 9)))
                .isEmpty();
    }

    private List<String> listed(Place after, boolean isAscending, int most) {
        return views.list(MINE, OWN, new Part(after, isAscending, most)).stream()
                .map(ResultFile::id)
                .toList();
    }
}
