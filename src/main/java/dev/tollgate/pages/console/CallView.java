package dev.tollgate.pages.console;

import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.customers.figures.CallDetail;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.pages.dashboard.AnswerWords;
import dev.tollgate.pages.dashboard.CourseBar;
import dev.tollgate.pages.dashboard.EntryWords;
import dev.tollgate.pages.frame.Texts;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One call, written out.
 *
 * @param upstreamId how the upstream calls its answer; empty where it is not known
 * @param story what happened, as its customer is told
 * @param course null where nothing is known of it
 * @param refundable what has not been given back, as it is typed; null where there is nothing
 */
public record CallView(
        ConsoleCallLine line,
        String door,
        String upstream,
        String requestId,
        String upstreamId,
        String form,
        String ignored,
        String flags,
        List<String> story,
        @Nullable String errorCode,
        @Nullable CourseBar course,
        List<Attempt> attempts,
        List<Movement> movements,
        @Nullable String refundable) {

    /** @param outcome in one word */
    public record Attempt(String channel, String model, String took, String outcome, String badge) {}

    /** @param reason empty where there is none */
    public record Movement(String sequence, String kind, String reason, String credits) {}

    static CallView of(CallDetail detail, String accountId, String account, List<String> story, ZoneId zone) {
        CallRow call = detail.call();
        JsonNode course = call.course();
        long left = call.chargeMicros() - detail.refundedMicros();
        return new CallView(
                ConsoleCallLine.of(call, accountId, account, zone),
                call.door(),
                upstream(course),
                course.path("request_id").asString(""),
                course.path("upstream_id").asString(""),
                AnswerWords.form(call),
                AnswerWords.ignored(call),
                call.flags().isEmpty() ? "none" : String.join(", ", call.flags()),
                story,
                call.errorCode(),
                CourseBar.of(course),
                attempts(course),
                movements(detail.entries()),
                left > 0 ? Credits.text(left) : null);
    }

    private static String upstream(JsonNode course) {
        String channel = course.path("channel").asString("");
        return channel.isEmpty()
                ? "nobody was asked"
                : channel + ", " + course.path("upstream_model").asString("");
    }

    private static List<Attempt> attempts(JsonNode course) {
        List<Attempt> attempts = new ArrayList<>();
        for (JsonNode tried : course.path("attempts")) {
            String outcome = tried.path("outcome").asString("").replace('_', ' ');
            attempts.add(new Attempt(
                    tried.path("channel").asString(""),
                    tried.path("model").asString(""),
                    Texts.took(tried.path("ms").asLong(0)),
                    outcome,
                    outcome.equals("answered") ? "ok" : outcome.equals("left") ? "" : "bad"));
        }
        return attempts;
    }

    private static List<Movement> movements(List<Entry> entries) {
        return entries.stream()
                .map(entry -> new Movement(
                        Texts.number(entry.sequence()),
                        EntryWords.what(entry, entries),
                        entry.reason() == null ? "" : entry.reason(),
                        Texts.exact(entry.amountMicros())))
                .toList();
    }
}
