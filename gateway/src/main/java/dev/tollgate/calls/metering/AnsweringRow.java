package dev.tollgate.calls.metering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.SentCall;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue's row whose list price gives the cost of a call's attempts. It is the row of the requested model, or of another model that the answer names and
 * that has a price.
 *
 * @param sent the upstream's name of the model that was sent; empty if none was
 * @param name the upstream's name of the row; {@code sent} if the row is the sent one's
 * @param price null if it is not known
 */
record AnsweringRow(String sent, String name, UpstreamModel.@Nullable Cost price) {

    /**
     * Returns the row of an answer.
     *
     * @param own what the model on sale is served by
     * @param at the call's arrival
     * @param rows the catalogue's row of a name; null if it has none
     * @param answer the charged answer, or the last one; null if there is none
     */
    static AnsweringRow of(
            UpstreamModel own,
            Instant at,
            Function<String, @Nullable UpstreamModel> rows,
            @Nullable AnswerUnderWay answer) {
        SentCall call = answer == null ? null : answer.sent();
        if (answer == null || call == null) {
            return new AnsweringRow("", "", own.cost(at));
        }
        String sent = call.model();
        UpstreamModel.Cost other = null;
        UpstreamModel row = another(sent, answer.version(), rows);
        if (row != null) {
            other = row.cost(at);
        }
        if (row != null && other != null) {
            return new AnsweringRow(sent, row.name(), other);
        }
        UpstreamModel asked = rows.apply(sent);
        return new AnsweringRow(sent, sent, (asked == null ? own : asked).cost(at));
    }

    private static @Nullable UpstreamModel another(
            String sent, @Nullable String answered, Function<String, @Nullable UpstreamModel> rows) {
        if (answered == null || ModelName.isSame(sent, answered)) {
            return null;
        }
        UpstreamModel row = rows.apply(answered);
        return row == null ? rows.apply(ModelName.core(answered)) : row;
    }

    /** Returns the last answer that an upstream gave, or the last that was asked for; null if there is none. */
    static @Nullable AnswerUnderWay last(List<AnswerUnderWay> answers) {
        AnswerUnderWay last = null;
        for (AnswerUnderWay answer : answers) {
            if (last == null || answer.version() != null) {
                last = answer;
            }
        }
        return last;
    }

    /** Returns the name under which the cost of an attempt stands. @param model the upstream's name of the model that it was sent to */
    String nameOf(String model) {
        return model.equals(sent) ? name : model;
    }

    /** Returns this row at a price of another step. */
    AnsweringRow at(UpstreamModel.Cost step) {
        return new AnsweringRow(sent, name, step);
    }

    boolean isAnother() {
        return !name.equals(sent);
    }
}
