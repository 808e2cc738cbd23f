package dev.tollgate.calls.answering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.routing.RoutedModel;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.models.routing.RoutedModels.Pair;
import dev.tollgate.storage.Change;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** An operator learns once of each model that another one answers for. */
class AnsweringModelsTest {

    private static final String SENT = "gemini-3.5-flash";
    private static final String ANSWERED = "gemini-3.6-flash";

    @TempDir
    Path folder;

    private final List<CallsFixture> nodes = new ArrayList<>();
    private final List<Pair> counted = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(CallsFixture::close);
    }

    /** Two servers over PostgreSQL, one over SQLite. */
    private void open(Stores kind) {
        if (kind == Stores.SQLITE) {
            nodes.add(new CallsFixture(folder));
        } else {
            String url = Postgres.migrated();
            nodes.add(CallsFixture.shared(url));
            nodes.add(CallsFixture.shared(url));
        }
    }

    private AnsweringModels models(CallsFixture node) {
        return new AnsweringModels(_ -> null, node.routed, counted::add, node::now);
    }

    /** Ends a call as the meter does. */
    private void call(CallsFixture node, String channel, String answered) {
        Change note = models(node).noting(channel, SENT, answered);
        if (note != null) {
            node.commit(note);
        }
        models(node).answered(channel, SENT, answered);
    }

    private List<RoutedModel> rows() {
        return RoutedModels.all(nodes.getFirst().database);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_pair_is_written_and_logged_once_by_all_servers(Stores kind) {
        open(kind);
        try (LogCapture log = new LogCapture()) {
            for (int i = 0; i < 3; i++) {
                nodes.forEach(node -> call(node, "a", ANSWERED));
            }
            nodes.forEach(node -> call(node, "b", ANSWERED));
            nodes.forEach(node -> call(node, "a", SENT + "-001"));
            assertThat(log.text()
                            .lines()
                            .filter(line -> line.contains("model_answered")
                                    || line.contains(SENT + " was sent, and " + ANSWERED + " answered")))
                    .hasSize(2);
            nodes.set(0, nodes.getFirst().reopened());
            nodes.getFirst().routed.learn(nodes.getFirst().database);
            assertThat(models(nodes.getFirst()).noting("a", SENT, ANSWERED))
                    .as("known after a restart")
                    .isNull();
        }
        assertThat(counted).hasSize(4 * nodes.size()).contains(new Pair("a", SENT, ANSWERED));
        assertThat(rows()).extracting(RoutedModel::channel).containsExactly("a", "b");
        assertThat(rows().getLast().firstAt())
                .as("the time of a row is its place")
                .isAfter(rows().getFirst().firstAt());
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_proxy_that_names_each_answer_anew_makes_21_rows(Stores kind) {
        open(kind);
        for (int i = 0; i < 1_000; i++) {
            call(nodes.get(i % nodes.size()), "a", "answer-" + i);
        }
        assertThat(rows()).hasSize(RoutedModels.NAMES_MAX + 1);
        assertThat(rows().getLast().answered()).isEqualTo(RoutedModels.OTHER);
        assertThat(counted).hasSize(1_000);
        assertThat(counted.stream().distinct()).hasSize(RoutedModels.NAMES_MAX + 1);
        call(nodes.getFirst(), "b", "my secret is 42");
        assertThat(counted).last().isEqualTo(new Pair("b", SENT, RoutedModels.OTHER));
        assertThat(rows()).last().extracting(RoutedModel::answered).isEqualTo(RoutedModels.OTHER);
    }

    @Test
    void an_answer_that_is_not_charged_counts_among_the_others() {
        open(Stores.SQLITE);
        models(nodes.getFirst()).answered("a", SENT, ANSWERED);
        assertThat(counted).containsExactly(new Pair("a", RoutedModels.OTHER, RoutedModels.OTHER));
        assertThat(rows()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({SENT + ", " + SENT + "-002", "'', " + ANSWERED, SENT + ",", SENT + ", models/" + SENT + "-preview-05-20"
    })
    void the_same_model_and_none_are_no_other(String sent, String answered) {
        assertThat(AnsweringModels.other(sent, answered)).isNull();
    }
}
