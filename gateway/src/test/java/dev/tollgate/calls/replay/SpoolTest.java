package dev.tollgate.calls.replay;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.Effort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A spool over a real folder, its worker run by hand. */
class SpoolTest {

    private static final SpoolHead HEAD = new SpoolHead(true, Map.of("x-tollgate-task-id", "t1"), List.of("user"));
    private static final ApiError ERROR = ApiError.of(ErrorCode.UPSTREAM_ERROR, "It is down.");
    private static final Runnable LISTENER = () -> {};

    @TempDir
    Path folder;

    private final SecureRandom random = new SecureRandom();
    private final SecretBox box = new SecretBox("0f".repeat(32), random);
    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private final List<Spool.Ended> ended = new ArrayList<>();
    private SpoolFolder spools;
    private Spool spool;
    private int broken;

    @BeforeEach
    void make() throws IOException {
        spools = new SpoolFolder(folder.resolve("spool"), box, random, true);
        spool = new Spool(spools, jobs::add);
        spool.join(LISTENER);
    }

    @Test
    void what_is_written_can_be_read_from_the_beginning_while_more_is_to_come() throws IOException {
        begin();
        write("one ");
        assertThat(read(spool)).isEqualTo("one ");
        write("two");
        assertThat(read(spool)).isEqualTo("one two");
        assertThat(spool.head()).isEqualTo(HEAD);
    }

    @Test
    void nothing_is_found_before_it_is_on_disk() {
        begin();
        spool.append(bytes("waits"));
        assertThat(spool.at(0)).isEqualTo(new Spool.Nothing());
        work();
        assertThat(spool.at(0)).isInstanceOf(Spool.Piece.class);
    }

    @Test
    void the_end_is_hidden_until_the_charge_is_durable() throws IOException {
        begin();
        write("text ");
        end("usage");
        assertThat(ended).hasSize(1);
        assertThat(read(spool)).isEqualTo("text ");
        spool.publish(true);
        work();
        assertThat(read(spool)).isEqualTo("text usage");
        assertThat(atEnd(spool)).isEqualTo(new Spool.End());
    }

    @Test
    void an_end_in_pieces_is_hidden_and_held_back_as_one() throws IOException {
        begin();
        write("one ");
        byte[] piece = new byte[Spool.WAITING_BYTES_MAX / 2 + 1];
        Arrays.fill(piece, (byte) 'x');
        spool.appendToEnd(piece);
        assertThat(spool.full()).isFalse();
        spool.appendToEnd(piece);
        assertThat(spool.full()).isTrue();
        work();
        assertThat(spool.full()).isFalse();
        assertThat(read(spool)).isEqualTo("one ");
        end(" two");
        assertThat(read(spool)).isEqualTo("one ");
        spool.publish(true);
        work();
        assertThat(read(spool)).isEqualTo("one " + "x".repeat(2 * piece.length) + " two");
    }

    @Test
    void an_end_that_was_taken_back_is_never_read() throws IOException {
        begin();
        write("text ");
        end("usage of a charge that failed");
        spool.dropEnd();
        spool.finish(bytes("error"), ERROR);
        work();
        assertThat(read(spool)).isEqualTo("text error");
        assertThat(atEnd(spool)).isEqualTo(new Spool.End());
        assertThat(files()).isEmpty();
    }

    @Test
    void a_kept_answer_is_read_again_by_another_spool() throws IOException {
        begin();
        write("text ");
        end("usage");
        spool.publish(true);
        work();
        spool.leave(LISTENER);
        work();
        Spool second = new Spool(spools, jobs::add);
        second.join(LISTENER);
        second.open(known("t1"));
        assertThat(read(second)).isEqualTo("text usage");
        assertThat(second.head()).isEqualTo(HEAD);
        assertThat(second.visibleBytes()).isEqualTo("text usage".length());
    }

    @Test
    void random_answers_come_back_byte_for_byte() throws IOException {
        long seed = Effort.seed("test.seed");
        Random chance = new Random(seed);
        begin();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] some = new byte[chance.nextInt(chance.nextInt(10) == 0 ? 200_000 : 500)];
            chance.nextBytes(some);
            all.writeBytes(some);
            spool.append(some);
            if (chance.nextBoolean()) {
                work();
            }
        }
        work();
        assertThat(readBytes(spool)).as("seed " + seed).isEqualTo(all.toByteArray());
    }

    @Test
    void latecomers_read_the_file_and_the_others_need_not() throws IOException {
        begin();
        byte[] block = new byte[64 << 10];
        for (int i = 0; i < 20; i++) {
            spool.append(block);
            work();
        }
        assertThat(spool.at(0)).isEqualTo(new Spool.OnDisk());
        long last = 0;
        for (Spool.Piece piece = spool.read(0); !isLast(piece); piece = spool.read(piece.next())) {
            last = piece.next();
        }
        assertThat(spool.at(last)).isInstanceOf(Spool.Piece.class);
    }

    private boolean isLast(Spool.Piece piece) {
        return spool.at(piece.next()) instanceof Spool.Nothing;
    }

    @Test
    void a_writer_that_the_disk_does_not_keep_up_with_is_held_back() {
        List<String> told = new ArrayList<>();
        begin();
        spool.append(new byte[Spool.WAITING_BYTES_MAX]);
        assertThat(spool.full()).isFalse();
        spool.append(new byte[1]);
        assertThat(spool.full()).isTrue();
        spool.onDrain(() -> told.add("go on"));
        assertThat(told).isEmpty();
        work();
        assertThat(spool.full()).isFalse();
        assertThat(told).containsExactly("go on");
    }

    @Test
    void an_answer_beyond_the_limit_is_not_kept() throws IOException {
        begin();
        spool.append(new byte[Spool.KEPT_BYTES_MAX]);
        end("x");
        assertThat(ended).containsExactly(new Spool.Ended(0, null, null));
        spool.publish(false);
        work();
        assertThat(readBytes(spool)).hasSize(Spool.KEPT_BYTES_MAX + 1);
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, 65_537, 3_000_000})
    void a_copy_holds_what_the_file_holds(int bytes) throws IOException {
        String text = "0123456789 ".repeat(bytes / 11 + 1).substring(0, bytes);
        begin();
        write(text);
        end("usage");
        Spool elsewhere = new Spool(new SpoolFolder(folder.resolve("elsewhere"), box, random, true), jobs::add);
        elsewhere.join(LISTENER);
        elsewhere.open(known("t1"), ended.getFirst().copy());
        assertThat(read(elsewhere)).isEqualTo(text + "usage");
        assertThat(elsewhere.head()).isEqualTo(HEAD);
        assertThat(elsewhere.visibleBytes()).isEqualTo(bytes + 5);
        assertThat(atEnd(elsewhere)).isEqualTo(new Spool.End());
    }

    @Test
    void a_copy_has_at_most_64_kib() {
        byte[] noise = new byte[64 << 10];
        random.nextBytes(noise);
        begin();
        spool.append(Arrays.copyOf(noise, 65_000));
        end("x");
        assertThat(ended.getFirst().copy()).hasSizeBetween(65_000, 64 << 10);
        ended.clear();
        spool = new Spool(spools, jobs::add);
        spool.join(LISTENER);
        spool.begin("t2", HEAD, () -> broken++);
        spool.append(noise);
        end("x");
        assertThat(ended.getFirst().hash()).isNotNull();
        assertThat(ended.getFirst().copy()).isNull();
    }

    @Test
    void a_copy_is_good_for_its_own_task_only() {
        begin();
        write("text");
        end("usage");
        Spool other = new Spool(spools, jobs::add);
        assertThatThrownBy(() -> other.open(known("t2"), ended.getFirst().copy()))
                .isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> other.open(known("t1"), new byte[3])).isInstanceOf(IOException.class);
    }

    @Test
    void an_answer_at_the_limit_is_kept() {
        begin();
        spool.append(new byte[Spool.KEPT_BYTES_MAX - 1]);
        end("x");
        assertThat(ended.getFirst().hash()).hasSize(64);
    }

    @Test
    void a_failure_before_anything_was_written_leaves_nothing() throws IOException {
        spool.fail(ERROR);
        work();
        assertThat(spool.at(0)).isEqualTo(new Spool.Failed(ERROR));
        assertThat(folder.resolve("spool")).isEmptyDirectory();
    }

    @Test
    void a_failure_in_the_middle_leaves_what_could_be_read_and_deletes_the_file() throws IOException {
        begin();
        write("half");
        spool.fail(ERROR);
        work();
        assertThat(read(spool)).isEqualTo("half");
        assertThat(atEnd(spool)).isEqualTo(new Spool.Failed(ERROR));
        assertThat(files()).isEmpty();
    }

    @Test
    void an_unwritable_folder_is_reported_once_and_the_end_fails() throws IOException {
        Files.delete(folder.resolve("spool"));
        begin();
        write("lost");
        write("lost too");
        assertThat(broken).isEqualTo(1);
        end("usage");
        assertThat(ended).containsExactly((Spool.Ended) null);
        spool.finish(bytes("error"), ERROR);
        work();
        assertThat(spool.at(0)).isEqualTo(new Spool.Failed(ERROR));
    }

    @Test
    void a_spool_without_readers_cannot_be_joined_again() {
        begin();
        end("all");
        spool.publish(true);
        spool.leave(LISTENER);
        work();
        assertThat(spool.join(LISTENER)).isFalse();
    }

    @Test
    void nothing_can_be_read_in_the_file() throws IOException {
        begin();
        write("a secret answer");
        end("usage");
        for (Path file : files()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .doesNotContain("secret", "usage", "x-tollgate", "user");
        }
        assertThat(files()).hasSize(1);
    }

    @Test
    void a_changed_a_cut_and_a_renamed_file_are_found() throws IOException {
        begin();
        write("text");
        end("usage");
        KnownAnswer known = known("t1");
        Path file = folder.resolve("spool").resolve("t1");
        byte[] whole = Files.readAllBytes(file);
        for (int at : new int[] {3, 40, 70, whole.length - 1}) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> spools.open(known)).isInstanceOf(IOException.class);
        }
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 33));
        assertThatThrownBy(() -> spools.open(known)).isInstanceOf(IOException.class);
        Files.write(folder.resolve("spool").resolve("t2"), whole);
        assertThatThrownBy(() -> spools.open(known("t2"))).isInstanceOf(StoreException.class);
        Files.write(file, whole);
        spools.open(known).close();
    }

    private void begin() {
        spool.begin("t1", HEAD, () -> broken++);
    }

    private void write(String text) {
        spool.append(bytes(text));
        work();
    }

    private void end(String text) {
        spool.end(bytes(text), ended::add);
        work();
    }

    private KnownAnswer known(String taskId) {
        Spool.Ended end = ended.getFirst();
        return new KnownAnswer("body", taskId, KnownAnswer.State.KEPT, end.bytes(), end.hash());
    }

    private void work() {
        while (!jobs.isEmpty()) {
            jobs.remove().run();
        }
    }

    private static String read(Spool from) throws IOException {
        return new String(readBytes(from), StandardCharsets.UTF_8);
    }

    private static byte[] readBytes(Spool from) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        walk(from, all);
        return all.toByteArray();
    }

    private static Spool.Found atEnd(Spool from) throws IOException {
        return walk(from, new ByteArrayOutputStream());
    }

    private static Spool.Found walk(Spool from, ByteArrayOutputStream all) throws IOException {
        long place = 0;
        Spool.Found found = from.at(place);
        while (found instanceof Spool.Piece || found instanceof Spool.OnDisk) {
            Spool.Piece piece = found instanceof Spool.Piece it ? it : from.read(place);
            all.writeBytes(piece.bytes());
            place = piece.next();
            found = from.at(place);
        }
        return found;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            return files.toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
