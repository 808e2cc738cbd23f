package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.rollups.CallFigures;
import dev.tollgate.books.rollups.CallFigures.AttemptCost;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.pool.Spent;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The costs of a call's attempts for the operator, at the upstream's list price at the call's arrival, each rounded up once. An attempt that has
 * reported no usage costs nothing; the answer that is charged costs what its counts do, reported or not. A channel that says what it charged is
 * believed up to {@value #TIMES_LIST_MAX} times the list price.
 *
 * @param attempts the charged answer first, if there is one
 * @param refused channels that have said a cost that is not believed
 * @param json the same for the task, with counts and rates, so that each cost can be computed again
 */
record Costs(List<AttemptCost> attempts, List<String> refused, WrittenJson json) {

    /** The costs of a call that has none. */
    static final Costs NONE = new Costs(List.of(), List.of(), TaskResult.NO_COSTS);

    private static final long TIMES_LIST_MAX = 100;

    /** The most that one attempt takes. */
    private static final int ATTEMPT_BYTES_MAX = 640;

    /**
     * Returns the costs of a call.
     *
     * @param answers the answers that were asked for, in their order
     * @param charged the charged attempt; null if there is none
     * @param bill null if nothing is charged
     */
    static Costs of(
            MeteredCall request,
            Bounds bounds,
            List<AnswerUnderWay> answers,
            @Nullable AnswerUnderWay charged,
            Books.@Nullable Bill bill) {
        Writing writing = new Writing(request.model().upstream().cost(request.pricedAt()));
        if (charged != null && bill != null) {
            Usage usage = bill.usage().at(charged.usage().answeredTier());
            writing.add(charged.sent(), usage, charged.usage().cost());
        }
        for (AnswerUnderWay answer : answers) {
            if (answer != charged && answer.usage().isReported()) {
                writing.add(answer.sent(), usage(answer.usage()), answer.usage().cost());
            }
            SentCall sent = answer.sent();
            for (Spent spent : sent == null ? List.<Spent>of() : sent.spent()) {
                UsageMeter meter = new UsageMeter(0, bounds.usageLimits());
                meter.observe(spent.reports());
                writing.add(spent.channel(), spent.model(), usage(meter), meter.cost());
            }
        }
        return writing.end();
    }

    private static Usage usage(UsageMeter meter) {
        return meter.usage().at(meter.answeredTier());
    }

    private static final class Writing {

        private static final Tariff UNPRICED = Tariff.of(0, 0);

        private final UpstreamModel.@Nullable Cost price;
        private final List<AttemptCost> attempts = new ArrayList<>(1);
        private final List<String> refused = new ArrayList<>(0);
        private final Utf8Buffer json = Utf8Buffer.scratch().raw('[');

        Writing(UpstreamModel.@Nullable Cost price) {
            this.price = price;
        }

        void add(@Nullable SentCall sent, Usage usage, UpstreamEvent.@Nullable Cost said) {
            add(sent == null ? "" : sent.channel(), sent == null ? "" : sent.model(), usage, said);
        }

        /** @param said what the channel says that it charged; null if nothing */
        void add(String channelName, String modelName, Usage usage, UpstreamEvent.@Nullable Cost said) {
            if (json.size() > TaskResult.COSTS_BYTES_MAX - ATTEMPT_BYTES_MAX) {
                return; // no call makes so many attempts
            }
            String channel = CourseJson.cut(channelName);
            String model = CourseJson.cut(modelName);
            long listed = price == null ? CallFigures.NONE : price.micros(usage);
            long reported = said == null ? UpstreamEvent.Cost.ODD : said.micros();
            boolean isBelieved = reported != UpstreamEvent.Cost.ODD
                    && (listed == CallFigures.NONE || reported <= TIMES_LIST_MAX * listed);
            long micros = isBelieved ? reported : listed;
            json.raw(attempts.isEmpty() ? "{" : ",{");
            json.raw("\"channel\":").string(channel).raw(",\"model\":").string(model);
            counts(price == null ? UNPRICED : price.tariff(), usage);
            if (price != null) {
                rates(price.tariff(), usage);
            }
            if (isBelieved) {
                json.raw(",\"reported\":true");
            } else if (said != null) {
                json.raw(",\"flag\":\"reported_cost_refused\"");
                refused.add(channel);
            }
            json.raw(",\"cost\":");
            if (micros == CallFigures.NONE) {
                json.raw("null}");
            } else {
                json.number(micros).raw('}');
            }
            attempts.add(new AttemptCost(channel, model, micros));
        }

        private void counts(Tariff tariff, Usage usage) {
            json.raw(",\"prompt\":").number(usage.inputTokens());
            for (Rate rate : Rate.PARTS) {
                count(rate.brief(), rate.tokens(usage, tariff));
            }
            count("completion", usage.candidatesTokens());
            count("reasoning", usage.thoughtsTokens());
            count("searches", usage.searches());
            if (usage.tier() != ServiceTier.STANDARD) {
                json.raw(",\"tier\":").string(usage.tier().word());
            }
        }

        private void count(String name, long count) {
            if (count > 0) {
                json.raw(",\"").raw(name).raw("\":").number(count);
            }
        }

        /** Writes the used rates of the step and tier. */
        private void rates(Tariff tariff, Usage usage) {
            PriceRates rates = tariff.of(usage);
            json.raw(",\"input\":").credits(rates.inputMicros());
            for (Rate rate : Rate.PARTS) {
                if (rate.tokens(usage, tariff) > 0) {
                    json.raw(",\"").raw(rate.key()).raw("\":").credits(rate.of(rates));
                }
            }
            json.raw(",\"output\":").credits(rates.outputMicros());
            if (usage.searches() > 0) {
                json.raw(",\"search_per_1000\":").credits(rates.searchMicros());
                json.raw(tariff.searchCounts() == Tariff.SearchCounts.CALLS ? ",\"search_counts\":\"calls\"" : "");
            }
        }

        Costs end() {
            return new Costs(
                    List.copyOf(attempts), List.copyOf(refused), json.raw(']').written());
        }
    }
}
