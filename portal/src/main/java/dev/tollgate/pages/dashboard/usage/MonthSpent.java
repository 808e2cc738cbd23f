package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The spend of the present month.
 *
 * @param past the month before to the same moment
 * @param keys that spent most; at most five
 * @param why it is more or less than in the month before; null if there is nothing to say
 */
public record MonthSpent(
        MonthPace pace,
        Change change,
        Past past,
        List<OfKey> keys,
        @Nullable WhyCard why) {

    private static final int KEYS = 5;

    /** The spend of a key. @param percent of the key with the largest */
    public record OfKey(String name, String href, long micros, long percent, Change change) {}

    /** Reads figures and what explains them. Blocks. */
    public record Reader(AccountHistory history, SoldTo sold) {

        /** Returns the spend of the keys that count. */
        public MonthSpent read(String account, KeyFilter keys, KeyNames names, ZoneId zone, Money money, Instant now) {
            Span span = MonthPace.span(history, zone, now);
            Past before = history.past(account, span, true);
            UsageTable table = history.usage(account, UsageQuestion.of(span, keys, By.KEY, By.MODEL));
            UsageTable past = history.usage(account, UsageQuestion.of(before.span(), keys, By.KEY, By.MODEL));
            MonthPace pace = MonthPace.of(table.all().netMicros(), zone, now);
            return new MonthSpent(
                    pace,
                    change(pace.spent(), past.all().netMicros(), before, money),
                    before,
                    largest(byKey(table), byKey(past), before, names, money),
                    before.isCompared() ? why(account, table, past, names, money) : null);
        }

        private static Change change(long micros, long microsBefore, Past before, Money money) {
            return Change.ofAmount(micros, microsBefore, before, Change.Good.DOWN, money);
        }

        private static Map<String, Long> byKey(UsageTable table) {
            return table.groups().stream()
                    .collect(Collectors.groupingBy(
                            group -> Objects.requireNonNull(group.keyId()),
                            Collectors.summingLong(group -> group.figures().netMicros())));
        }

        private static List<OfKey> largest(
                Map<String, Long> spent, Map<String, Long> past, Past before, KeyNames names, Money money) {
            long most = Math.max(
                    1, spent.values().stream().mapToLong(Long::longValue).max().orElse(1));
            return spent.entrySet().stream()
                    .filter(each -> each.getValue() > 0)
                    .sorted(Map.Entry.<String, Long>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(KEYS)
                    .map(each -> new OfKey(
                            names.name(each.getKey()),
                            PageLink.to(UsagePage.PATH)
                                    .with("range", "month")
                                    .with("key", each.getKey())
                                    .text(),
                            each.getValue(),
                            Math.max(1, each.getValue() / Math.max(1, most / 100)),
                            change(each.getValue(), past.getOrDefault(each.getKey(), 0L), before, money)))
                    .toList();
        }

        /** Returns why a range is more or less than the one before; null if there is nothing to say. Both tables are by key and model. */
        @Nullable
        WhyCard why(String account, UsageTable table, UsageTable past, KeyNames names, Money money) {
            if (table.isMore() || past.isMore()) {
                return null;
            }
            Map<List<String>, Figures> now = byPair(table);
            Map<List<String>, Figures> before = byPair(past);
            Instant end =
                    table.span().to().isBefore(table.asOf()) ? table.span().to() : table.asOf();
            Set<List<String>> pairs = new HashSet<>(now.keySet());
            pairs.addAll(before.keySet());
            Reasons reasons = Reasons.of(pairs.stream()
                    .map(pair -> Reasons.Pair.of(
                            pair.getFirst(),
                            pair.getLast(),
                            before.getOrDefault(pair, Figures.NONE),
                            now.getOrDefault(pair, Figures.NONE),
                            sold,
                            account,
                            past.span().to().minusMillis(1),
                            end.minusMillis(1)))
                    .toList());
            return WhyCard.of(reasons, names, money, line -> since(account, table.span(), line.pair()));
        }

        private static Map<List<String>, Figures> byPair(UsageTable table) {
            return table.groups().stream()
                    .collect(Collectors.toMap(
                            group -> List.of(
                                    Objects.requireNonNull(group.keyId()), Objects.requireNonNull(group.model())),
                            UsageGroup::figures));
        }

        /** Returns the first day of a key's calls of a model. */
        private LocalDate since(String account, Span span, Reasons.Pair pair) {
            UsageQuestion question = new UsageQuestion(
                    span, Set.of(By.DAY), pair.model(), KeyFilter.ofKey(pair.key()), null, UsageQuestion.LIMIT_MAX);
            return history.usage(account, question).groups().stream()
                    .filter(group -> group.figures().calls() > 0)
                    .map(group -> Objects.requireNonNull(group.day()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
