package dev.tollgate.calls.metering;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.Tried;
import dev.tollgate.books.calls.CallText;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.calls.answering.AnsweringModels;
import dev.tollgate.http.ErrorBudget;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.sessions.CacheUse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The parts of a call's course as its row keeps them. Pure. */
final class CourseTexts {

    /** Room for the names of fields without effect, which callers choose. */
    private static final int IGNORED_CHARS_MAX = 192;

    /** Room for the attempts: a call makes no more. */
    private static final int ATTEMPTS_BYTES_MAX = 4_096;

    private CourseTexts() {}

    /** Returns each name once; {@code ...} stands for those that there is no room for. */
    static List<String> ignored(List<String> fields) {
        List<String> names = new ArrayList<>(fields.size());
        int size = 0; // as a list in JSON
        for (String field : fields) {
            String name = CallText.name(field);
            if (names.contains(name)) {
                continue;
            }
            if (size + name.length() > IGNORED_CHARS_MAX) {
                names.add("...");
                break;
            }
            size += name.length() + (names.isEmpty() ? 2 : 3);
            names.add(name);
        }
        return names;
    }

    static CacheUsed cache(CacheUse use) {
        return new CacheUsed(
                use.session(),
                use.expectedTokens(),
                use.miss() == null ? null : use.miss().word(),
                CallText.nameOrNull(use.changedAt()),
                use.idleSeconds(),
                use.savedMicros(),
                use.missedMicros());
    }

    /** Returns the limit or budget that has cut a response, by the owner's id and without a name. */
    static @Nullable String stoppedBy(Shortage.@Nullable OfLimit limit) {
        if (limit == null) {
            return null;
        }
        ObjectNode its = ErrorBudget.of(limit);
        its.remove(List.of("needed", "name"));
        return its.toString();
    }

    /**
     * Writes the list of all attempts. An answer of another model than the sent one has its name.
     *
     * @param answers of the calls, in the same order
     * @param hop the call's number in an answer of several; 0 if the answer is one
     * @param counted gets each attempt of the list
     */
    static void attempts(
            Utf8Buffer json, List<SentCall> sent, List<AnswerUnderWay> answers, int hop, List<Tried> counted) {
        int most = json.size() + ATTEMPTS_BYTES_MAX;
        json.raw('[');
        boolean isFirst = true;
        for (int i = 0; i < sent.size(); i++) {
            String version = answers.get(i).version();
            for (AttemptRecord tried : sent.get(i).tried()) {
                if (json.size() > most) {
                    break;
                }
                String channel = CallText.name(tried.channel());
                String model = CallText.name(tried.model());
                counted.add(new Tried(channel, model, tried.isFailed()));
                json.raw(isFirst ? "" : ",");
                CallTexts.attempt(
                        json,
                        channel,
                        model,
                        tried.millis(),
                        tried.outcome(),
                        tried.isAnswer() ? AnsweringModels.other(tried.model(), version) : null,
                        hop);
                isFirst = false;
            }
        }
        json.raw(']');
    }
}
