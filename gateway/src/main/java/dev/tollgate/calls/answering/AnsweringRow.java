package dev.tollgate.calls.answering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.routing.ModelName;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue's row whose list price gives the cost of a call's attempts (C14). It is the row of the requested model, or of another model that the answer names and
 * that has a price.
 *
 * @param sent the upstream's name of the model that was sent; empty if none was
 * @param name the upstream's name of the row; {@code sent} if the row is the sent one's
 * @param price null if it is not known
 */
public record AnsweringRow(String sent, String name, UpstreamModel.@Nullable Cost price) {

    /**
     * Returns the row of an answer.
     *
     * @param own what the model on sale is served by
     * @param at the call's arrival
     * @param rows the catalogue's row of a model, by any of its names; null if it has none
     * @param sent the upstream's name of the model that was sent for the charged answer, or for the last one; null if there is none
     * @param answered the upstream's name of the model that answered; null if it said none
     */
    public static AnsweringRow of(
            UpstreamModel own,
            Instant at,
            Function<String, @Nullable UpstreamModel> rows,
            @Nullable String sent,
            @Nullable String answered) {
        if (sent == null) {
            return new AnsweringRow("", "", own.cost(at));
        }
        UpstreamModel.Cost other = null;
        UpstreamModel row = another(sent, answered, rows);
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
        return answered == null || ModelName.isSame(sent, answered) ? null : rows.apply(answered);
    }

    /** Returns the name under which the cost of an attempt stands. @param model the upstream's name of the model that it was sent to */
    public String nameOf(String model) {
        return model.equals(sent) ? name : model;
    }

    /** Returns this row at a price of another step. */
    public AnsweringRow at(UpstreamModel.Cost step) {
        return new AnsweringRow(sent, name, step);
    }

    /** Returns whether the row is another model's than the sent model's. */
    public boolean isAnother() {
        return !name.equals(sent);
    }
}
