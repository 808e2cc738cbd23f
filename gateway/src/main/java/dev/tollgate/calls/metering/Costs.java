package dev.tollgate.calls.metering;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.CallText;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.calls.answering.AnsweringRow;
import dev.tollgate.models.Count;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.Spent;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The costs of a call's attempts for the operator, at the list price of the model that answered, at the call's arrival, each rounded up once. An attempt that has
 * reported no usage costs nothing; the answer that is charged costs what its counts do, reported or not. A channel that says what it charged is
 * believed up to {@value #TIMES_LIST_MAX} times the list price.
 *
 * @param attempts the charged answer first, if there is one
 * @param row whose list price holds for all of them
 */
record Costs(List<Attempt> attempts, AnsweringRow row) {

    /** The costs of a call that has none. */
    static final Costs NONE = new Costs(List.of(), new AnsweringRow("", "", null));

    private static final long TIMES_LIST_MAX = 100;

    /** The most attempts with costs: no call makes so many. */
    private static final int ATTEMPTS_MAX = 24;

    /**
     * @param list the rates of its cost; null if they are not known
     * @param isReported whether the channel has reported this cost
     * @param isRefused whether the channel has reported an implausible cost, which is not used
     */
    record Attempt(AttemptCost cost, Usage usage, @Nullable Tariff list, boolean isReported, boolean isRefused) {}

    Costs {
        attempts = List.copyOf(attempts);
    }

    /**
     * Returns the costs of a call.
     *
     * @param rows the catalogue's row of an upstream's model; null if it has none
     * @param answers the answers that were asked for, in their order
     * @param charged the charged attempt; null if there is none
     * @param bill null if nothing is charged
     */
    static Costs of(
            MeteredCall request,
            Bounds bounds,
            Function<String, @Nullable UpstreamModel> rows,
            List<AnswerUnderWay> answers,
            @Nullable AnswerUnderWay charged,
            Books.@Nullable Bill bill) {
        AnsweringRow row = row(request, rows, charged == null ? last(answers) : charged);
        List<Attempt> attempts = new ArrayList<>(1);
        if (charged != null && bill != null) {
            Usage usage = bill.usage().at(charged.usage().answeredTier());
            Attempt answer = attempt(row, charged.sent(), usage, charged.usage().cost());
            attempts.add(answer);
            addUncharged(attempts, row, answer, charged.usage());
        }
        for (AnswerUnderWay answer : answers) {
            if (answer != charged && answer.usage().isReported()) {
                attempts.add(attempt(
                        row,
                        answer.sent(),
                        usage(answer.usage()),
                        answer.usage().cost()));
            }
            SentCall sent = answer.sent();
            for (Spent spent : sent == null ? List.<Spent>of() : sent.spent()) {
                UsageMeter meter = new UsageMeter(0, bounds.usageLimits());
                meter.observe(spent.reports());
                attempts.add(attempt(row, spent.channel(), spent.model(), usage(meter), meter.cost()));
            }
        }
        return new Costs(attempts.subList(0, Math.min(attempts.size(), ATTEMPTS_MAX)), row);
    }

    private static AnsweringRow row(
            MeteredCall request, Function<String, @Nullable UpstreamModel> rows, @Nullable AnswerUnderWay answer) {
        SentCall sent = answer == null ? null : answer.sent();
        return AnsweringRow.of(
                request.model().upstream(),
                request.pricedAt(),
                rows,
                sent == null ? null : sent.model(),
                answer == null ? null : answer.version());
    }

    /** Returns the last answer that an upstream gave, or the last that was asked for; null if there is none. */
    private static @Nullable AnswerUnderWay last(List<AnswerUnderWay> answers) {
        AnswerUnderWay last = null;
        for (AnswerUnderWay answer : answers) {
            if (last == null || answer.version() != null) {
                last = answer;
            }
        }
        return last;
    }

    /**
     * Adds what the charged answer has used beyond its charge as a cost of its own, at the rates of the answer. The counts of the answer are those that
     * are charged, and a channel that says what it charged has counted all.
     */
    private static void addUncharged(List<Attempt> attempts, AnsweringRow row, Attempt answer, UsageMeter meter) {
        UpstreamModel.Cost price = row.price();
        Usage charged = answer.usage();
        long tools = Math.max(0, meter.toolTokensReported() - charged.of(Count.TOOLS));
        long images = Math.max(0, meter.imageTokensReported() - charged.imagesWithinOutput());
        if (tools + images > 0 && price != null && !answer.isReported()) {
            UpstreamModel.Cost same =
                    new UpstreamModel.Cost(price.from(), price.tariff().atStepOf(charged), price.version());
            Usage more = new Usage(charged.tier(), 0, tools, images).with(Count.OUTPUT_IMAGE, images);
            attempts.add(
                    attempt(row.at(same), answer.cost().channel(), answer.cost().upstreamModel(), more, null));
        }
    }

    /** Returns the usage of an answer that is not charged, with all that its tools have read. */
    private static Usage usage(UsageMeter meter) {
        Usage usage = meter.usage();
        return usage.with(Count.TOOLS, Math.max(usage.of(Count.TOOLS), meter.toolTokensReported()))
                .at(meter.answeredTier());
    }

    private static Attempt attempt(
            AnsweringRow row, @Nullable SentCall sent, Usage usage, UpstreamEvent.@Nullable Cost said) {
        return attempt(row, sent == null ? "" : sent.channel(), sent == null ? "" : sent.model(), usage, said);
    }

    /** @param said what the channel says that it charged; null if nothing */
    private static Attempt attempt(
            AnsweringRow row, String channel, String model, Usage usage, UpstreamEvent.@Nullable Cost said) {
        UpstreamModel.Cost price = row.price();
        long listed = price == null ? AttemptCost.UNKNOWN : price.micros(usage);
        long reported = said == null ? UpstreamEvent.Cost.ODD : said.micros();
        boolean isBelieved = reported != UpstreamEvent.Cost.ODD
                && (listed == AttemptCost.UNKNOWN || reported <= TIMES_LIST_MAX * listed);
        return new Attempt(
                new AttemptCost(
                        CallText.name(channel), CallText.name(row.nameOf(model)), isBelieved ? reported : listed),
                usage,
                price == null ? null : price.tariff(),
                isBelieved,
                said != null && !isBelieved);
    }

    /** Returns the channels that have said a cost that is not believed. */
    List<String> refused() {
        return attempts.stream()
                .filter(Attempt::isRefused)
                .map(attempt -> attempt.cost().channel())
                .toList();
    }

    /** Returns the amounts alone. */
    List<AttemptCost> amounts() {
        List<AttemptCost> amounts =
                new ArrayList<>(attempts.size()); // each call passes here: a stream would allocate more
        for (Attempt attempt : attempts) {
            amounts.add(attempt.cost());
        }
        return amounts;
    }

    /** Returns the marks of the answer's cost. */
    int flags() {
        Attempt first = attempts.isEmpty() ? null : attempts.getFirst();
        return first == null
                ? 0
                : (first.isReported() ? CallFlag.COST_REPORTED.bit() : 0)
                        | (first.isRefused() ? CallFlag.COST_REFUSED.bit() : 0);
    }

    /** Returns the list of the costs with counts and rates, so that each can be computed again. */
    String json() {
        Utf8Buffer json = Utf8Buffer.scratch();
        write(json);
        return json.text();
    }

    void write(Utf8Buffer json) {
        json.raw('[');
        for (Attempt attempt : attempts) {
            json.raw(attempt == attempts.getFirst() ? "" : ",");
            CallTexts.cost(
                    json, attempt.cost(), attempt.usage(), attempt.list(), attempt.isReported(), attempt.isRefused());
        }
        json.raw(']');
    }
}
