package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.log.CallNotes;
import dev.tollgate.base.log.CallWatch;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallDetails.Tried;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.calls.metering.Books.Trace;
import dev.tollgate.keys.PriceCeiling;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.sessions.CacheUse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a task keeps of how its call went: when each step was taken, who was asked, what had no effect; never more than fits there. */
class CourseTest {

    private static final long ARRIVED = 1_000_000;

    static final CallWatch NOBODY = new CallWatch() {

        @Override
        public void begun() {}

        @Override
        public boolean wantsNotes() {
            return false;
        }

        @Override
        public void over(CallNotes notes) {}
    };

    private long nanos = ARRIVED;

    private Course course(String requestId, boolean streamed, String... ignored) {
        MeteredCall sold = Sold.request(false);
        MeteredCall request = new MeteredCall(
                "acc",
                "key",
                KeyOwner.account("key"),
                "sk-",
                PriceCeiling.NONE,
                "chat",
                sold.model(),
                Instant.EPOCH,
                "m",
                sold.ask(),
                new Arrival(requestId, ARRIVED, "/v1/chat/completions", null, NOBODY),
                null,
                null,
                List.of(),
                List.of(ignored),
                CallLabels.NONE,
                new Translation(
                        Sold.bounds(false, 1, null), 400, new PlayedCall(Sold.bounds(false, 1, null)).upstream, 7));
        return new Course("task_1", request, streamed, () -> nanos);
    }

    /** The clock shows just less than a microsecond more. */
    private void at(long micros) {
        nanos = ARRIVED + micros * 1_000 + 999;
    }

    private static String json(Course course) {
        return json(course, null);
    }

    private static String json(Course course, @Nullable String filter) {
        Trace trace = course.trace(filter);
        CallDetails details = new CallDetails(
                CallEnd.CANCELLED, null, null, trace.flags(), null, trace.times(), null, trace.course());
        return CallTexts.course(new EndedCall(
                        new EndedCall.Begin("t1", "acc_1", "key_1", "chat", "m", Instant.EPOCH),
                        1,
                        "",
                        Instant.EPOCH,
                        new EndedCall.Amounts(0, 0, 0, 0),
                        0,
                        null,
                        details))
                .toString();
    }

    private record Sent(String channel, String model, List<AttemptRecord> tried) implements SentCall {

        @Override
        public int count() {
            return tried.size();
        }

        @Override
        public List<String> ignored() {
            return List.of();
        }

        @Override
        public void cancel() {}

        @Override
        public void pause() {}

        @Override
        public void resume() {}
    }

    /** An answer that is asked for now. */
    @SuppressWarnings("NullAway") // a course looks at who was asked and what the answer calls itself
    private static AnswerUnderWay ask(Course course, Sent sent) {
        AnswerUnderWay answer = new AnswerUnderWay(null, null, null, 0);
        answer.sentAs(sent);
        course.asked(sent, answer);
        return answer;
    }

    private static AttemptRecord tried(String channel, String model, long millis, String outcome) {
        return new AttemptRecord(channel, "kind", model, 0, millis, outcome);
    }

    @Test
    void steps_have_microseconds_since_arrival_and_the_channel() {
        Course course = course("req_1", true, "seed");
        at(1);
        course.takes(CallStep.STARTED);
        at(2);
        course.takes(CallStep.RESERVING);
        at(3);
        course.takes(CallStep.RESERVED);
        at(40);
        AnswerUnderWay answer = ask(
                course,
                new Sent(
                        "far",
                        "up-1",
                        List.of(tried("near", "up-0", 12, "unavailable"), tried("far", "up-1", 5, "answered"))));
        at(5_999);
        course.takesFirst(CallStep.HEARD);
        answer.hears(List.of(new UpstreamEvent.Started("up-001", "its-id")));
        at(6_001);
        course.takesFirst(CallStep.SHOWN);
        at(7_000);
        course.takesFirst(CallStep.DONE);
        at(8_000);
        assertThat(json(course))
                .isEqualTo(
                        "{\"request_id\":\"req_1\",\"reserved\":3,\"asked\":40,\"first_byte\":5999,\"done\":7000,"
                                + "\"settled\":8000,\"timed\":0,\"channel\":\"far\",\"upstream_model\":\"up-1\",\"upstream_id\":\"its-id\","
                                + "\"stream\":true,\"ignored\":[\"seed\"],\"attempts\":["
                                + "{\"channel\":\"near\",\"model\":\"up-0\",\"ms\":12,\"outcome\":\"unavailable\"},"
                                + "{\"channel\":\"far\",\"model\":\"up-1\",\"ms\":5,\"outcome\":\"answered\",\"answered_by\":\"up-001\"}]}");
        Trace trace = course.trace(null);
        assertThat(List.of(
                        trace.times().firstByteMillis(),
                        trace.course().channel(),
                        trace.course().upstreamModel()))
                .containsExactly(5L, "far", "up-1");
        assertThat(trace.course().tried())
                .containsExactly(new Tried("near", "up-0", true), new Tried("far", "up-1", false));
        OverCall over = course.over();
        assertThat(over.request().translation().micros()).isEqualTo(7);
        assertThat(over.steps().at(CallStep.OVER)).as("from its arrival").isEqualTo(8_000);
        assertThat(over.tried()).extracting(AttemptRecord::channel).containsExactly("near", "far");
        assertThat(over.attempts()).isEqualTo(2);
    }

    @Test
    void the_filter_that_has_stopped_an_answer_is_named() {
        Course course = course("req_1", false);
        assertThat(json(course, "SAFETY")).contains("\"stream\":false,\"filter\":\"SAFETY\",\"attempts\":[]}");
    }

    @Test
    void the_use_of_the_cache_stands_before_the_attempts() {
        Course course = course("req_1", false);
        course.cached(new CacheUse(
                "prompt_cache_key",
                41_200,
                0,
                CacheUse.Miss.PREFIX_CHANGED,
                "messages.12" + "x".repeat(64),
                94L,
                0L,
                1_236_000L));
        assertThat(json(course))
                .contains(",\"cache\":{\"session\":\"prompt_cache_key\",\"expected_tokens\":41200,\"cached_tokens\":0,"
                        + "\"reason\":\"prefix_changed\",\"at\":\"messages.12" + "x".repeat(53)
                        + "\",\"idle_seconds\":94,\"saved\":0,\"missed\":1.236},\"attempts\":[]}");
    }

    @Test
    void a_step_that_was_not_taken_is_absent() {
        Course course = course("req_1", false);
        at(9);
        assertThat(json(course))
                .isEqualTo(
                        "{\"request_id\":\"req_1\",\"settled\":9,\"timed\":0,\"channel\":\"\",\"upstream_model\":\"\","
                                + "\"stream\":false,\"attempts\":[]}");
        assertThat(course.trace(null).times().firstByteMillis()).isEqualTo(Times.NEVER);
        nanos = ARRIVED - 5_000;
        assertThat(json(course)).as("a clock that has gone back").contains("\"settled\":0,");
    }

    @Test
    void a_step_keeps_its_first_time_and_the_last_channel() {
        Course course = course("req_1", true);
        AnswerUnderWay answer = null;
        for (int time = 1; time <= 2; time++) {
            at(time);
            answer = ask(
                    course,
                    new Sent("far-" + time, "up-" + time, List.of(tried("far-" + time, "up-" + time, 1, "empty"))));
            course.takesFirst(CallStep.HEARD);
            answer.hears(List.of(new UpstreamEvent.Started(null, "id-" + time)));
            course.takesFirst(CallStep.SHOWN);
            course.takesFirst(CallStep.DONE);
        }
        assertThat(json(course)).contains("\"channel\":\"far-2\",\"upstream_model\":\"up-2\",\"upstream_id\":\"id-2\"");
        answer.hears(List.of(new UpstreamEvent.Started(null, "id-3")));
        assertThat(json(course)).as("its first words tell").contains("\"upstream_id\":\"id-2\"");
        OverCall over = course.over();
        assertThat(over.attempts()).isEqualTo(2);
        assertThat(List.of(CallStep.ASKED, CallStep.HEARD, CallStep.SHOWN, CallStep.DONE))
                .extracting(over.steps()::at)
                .containsOnly(1L);
    }

    @Test
    void a_second_response_without_id_does_not_get_the_firsts() {
        Course course = course("req_1", true);
        AnswerUnderWay first = ask(course, new Sent("far", "up", List.of()));
        first.hears(List.of(new UpstreamEvent.Started(null, "id-1")));
        ask(course, new Sent("far", "up", List.of()));
        assertThat(json(course)).doesNotContain("upstream_id");
    }

    @Test
    void names_are_cut_at_64_characters_and_what_needs_more_room_in_json_becomes_a_question_mark() {
        Course course = course("\"\\\u001f\u007f ~" + "a".repeat(59), false);
        ask(course, new Sent("é".repeat(65), "b".repeat(64), List.of()));
        assertThat(json(course))
                .contains("\"request_id\":\"???? ~" + "a".repeat(58) + "\"")
                .contains("\"channel\":\"" + "?".repeat(64) + "\"")
                .contains("\"upstream_model\":\"" + "b".repeat(64) + "\"");
    }

    @Test
    void what_had_no_effect_is_named_once() {
        Course course = course("req_1", false, "seed", "user");
        course.ignoring(List.of());
        course.ignoring(List.of("top_k", "seed", "top_k"));
        assertThat(json(course)).contains(",\"ignored\":[\"seed\",\"user\",\"top_k\"],");
    }

    @Test
    void ignored_names_are_listed_up_to_192_bytes() {
        String one = "1".repeat(64);
        String two = "2".repeat(64);
        assertThat(json(course("", false, one, two, "3".repeat(59), "4")))
                .contains("\"ignored\":[\"" + one + "\",\"" + two + "\",\"" + "3".repeat(59) + "\",\"...\"],");
        assertThat(json(course("", false, one, two, "3".repeat(60), "4")))
                .contains("\"ignored\":[\"" + one + "\",\"" + two + "\",\"...\"],");
    }

    @Test
    void however_much_there_is_to_tell_a_row_is_bounded() {
        String longest = "x".repeat(200);
        String[] ignored = new String[100];
        for (int i = 0; i < ignored.length; i++) {
            ignored[i] = i + longest;
        }
        Course course = course(longest, true, ignored);
        nanos = Long.MAX_VALUE / 2;
        course.takes(CallStep.RESERVED);
        course.cached(new CacheUse(
                "x-claude-code-session-id",
                100_000_000,
                100_000_000,
                CacheUse.Miss.PREFIX_CHANGED,
                longest,
                7_200L,
                9_999_999_999_999L,
                9_999_999_999_999L));
        List<AttemptRecord> tries =
                new ArrayList<>(Collections.nCopies(16, tried(longest, longest, 999_999_999, "misconfigured")));
        AnswerUnderWay answer = ask(course, new Sent(longest, longest, tries));
        answer.hears(List.of(new UpstreamEvent.Started(null, longest)));
        course.takesFirst(CallStep.HEARD);
        course.takesFirst(CallStep.DONE);
        assertThat(json(course).length()).isGreaterThan(3_500).isLessThan(8_192);
    }
}
