package dev.tollgate.customers.figures;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.AttemptCost;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.CacheUsed;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.Entry;
import dev.tollgate.books.ledger.EntryKind;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Refund;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.books.rollups.Rollups.CountAbandoned;
import dev.tollgate.books.rollups.Rollups.CountCall;
import dev.tollgate.books.rollups.Rollups.CountRefund;
import dev.tollgate.books.tasks.Task;
import dev.tollgate.customers.figures.AccountHistory.Hit;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.LedgerPage.LedgerLine;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyView;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.dashboard.parts.UsageChart;
import dev.tollgate.pages.frame.Chart;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Metric;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.Sorting;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import dev.tollgate.verification.AccountStatement;
import dev.tollgate.verification.Audit;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Some weeks of calls, made up by chance: whatever ends whenever, all that is shown of it agrees with the entries, to the micro-credit. A seed
 * is repeated with {@code -Dmonth.seed}.
 */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class RandomMonthTest {

    private static final String ACCOUNT = "acc_1";
    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final Duration CALL_MAX = Duration.ofMinutes(10);
    private static final int CALLS = 220;
    private static final int KEYS = 6;

    /** The owners of keys; the first key is not there any more. */
    private static final Map<String, KeyOwner> OWNERS = Map.of(
            "key_1", new KeyOwner("mem_1", "", "key_1"),
            "key_2", new KeyOwner("mem_1", "team_1", "key_2"),
            "key_3", new KeyOwner("", "team_1", "key_3"),
            "key_4", new KeyOwner("mem_2", "team_2", "key_4"),
            "key_5", new KeyOwner("", "", "key_5"));

    private static final List<ZoneId> ZONES = List.of(
            ZoneOffset.UTC, ZoneId.of("Europe/Berlin"), ZoneId.of("Asia/Kathmandu"), ZoneId.of("America/St_Johns"));

    /** The exact credits of a row. */
    private static final Pattern EXACT = Pattern.compile("<td class=\"num\" title=\"([^\"]*) credits\">");

    private static final Pattern ROW = Pattern.compile(
            "<th scope=\"row\">(.*?)</th><td[^>]*>[^<]*</td>" + "<td class=\"num\">([^<]*)</td>", Pattern.DOTALL);

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private final long seed = Effort.seed("month.seed");
    private final Random random = new Random(seed);
    private final List<Task> tasks = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final Map<String, CallLabels> labelsOf = new HashMap<>();
    private CustomersFixture store;
    private AccountHistory history;
    private @Nullable PlatformHistory kept;
    private List<Entry> entries = List.of();

    @Test
    void all_that_is_shown_of_a_month_agrees_with_its_entries() {
        System.out.println("month.seed=" + seed);
        try (CustomersFixture opened = stores.open(folder, CustomersFixture::new)) {
            store = opened;
            history = new AccountHistory(store.database, CALL_MAX, store::now);
            kept = new PlatformHistory(store.database);
            store.setNow(Instant.parse("2026-09-27T21:40:00Z"));
            store.account(ACCOUNT, 40_000_000);
            store.account("acc_2", 40_000_000);
            OWNERS.forEach((key, owner) -> store.ownedKey(key, ACCOUNT, owner.memberId(), owner.teamId()));
            live();
            store.reserve("runs", ACCOUNT, 1, 1);
            collect();

            for (int i = 0; i < 6; i++) {
                checkSpan(randomSpan());
            }
            checkSpan(Span.ofDays(LocalDate.of(2026, 8, 1), LocalDate.of(2027, 2, 1)));
            for (String name : List.of("feature", "env", CallLabels.END_USER)) {
                checkLabels(name);
            }
            checkStatements();
            checkLedger();
            checkCalls();
            checkPlatform();
            ZONES.forEach(this::checkOverview);
            checkAudit();
        } catch (AssertionError e) {
            throw new AssertionError("month.seed=" + seed, e);
        }
    }

    /** Through the program's own doors: what its API, pages and files tell of such weeks. */
    @Test
    void all_that_the_program_tells_of_a_month_agrees_with_its_entries() {
        assumeTrue(stores == Stores.SQLITE, "the doors are the same");
        System.out.println("month.seed=" + seed);
        try (CustomersFixture opened = stores.open(folder, CustomersFixture::new)) {
            store = opened;
            store.setNow(Instant.parse("2026-09-27T21:40:00Z"));
            store.account(ACCOUNT, 40_000_000);
            store.account("acc_2", 40_000_000);
            live();
            collect();
        }
        Instant end = store.now();
        try (PortalServer server = PortalServer.start(
                () -> end,
                Map.of("TOLLGATE_SECRET_KEY", PortalServer.SECRET_KEY, "TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "data",
                folder.toString())) {
            checkApi(server);
            checkOperatorsApi(server, end);
            ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
            checkPages(server, zone, end);
        } catch (ApiException | AssertionError e) {
            throw new AssertionError("month.seed=" + seed, e);
        }
    }

    // ---- by the doors ----

    private void checkApi(PortalServer server) {
        String key = server.commands()
                .createKey(ACCOUNT, KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                .secret();
        for (ZoneId zone : ZONES) {
            for (String by : List.of(
                    "day", "model", "key", "day,model,key", "team", "day,member", "day,model,key,team,member")) {
                LocalDate first = LocalDate.of(2026, 9, 26).plusDays(random.nextInt(40));
                LocalDate last = first.plusDays(1 + random.nextInt(60));
                String asked = "/v1/usage?start=" + first + "&end=" + last + "&tz="
                        + zone.getId().replace("Z", "UTC") + "&group_by=" + by + "&limit=" + (1 + random.nextInt(40));
                Span span = new Span(
                        first.atStartOfDay(zone).toInstant(),
                        last.atStartOfDay(zone).toInstant(),
                        zone);
                // Longer ranges are in days of UTC, and the response says so.
                String next = "";
                BigDecimal charged = BigDecimal.ZERO;
                BigDecimal refunded = BigDecimal.ZERO;
                BigDecimal net = BigDecimal.ZERO;
                long calls = 0;
                long cached = 0;
                long searches = 0;
                JsonNode answer;
                do {
                    answer = server.get(asked + next, key).json();
                    for (JsonNode group : answer.path("groups")) {
                        charged = charged.add(group.path("charged").decimalValue());
                        refunded = refunded.add(group.path("refunded").decimalValue());
                        net = net.add(group.path("credits_consumed").decimalValue());
                        calls += group.path("requests").path("total").asLong();
                        cached += group.path("tokens").path("cached").asLong();
                        searches += group.path("searches").asLong();
                    }
                    next = "&after=" + answer.path("next").asString("");
                } while (answer.path("next").isString());
                Span told = new Span(
                        Instant.parse(answer.path("start").asString()),
                        Instant.parse(answer.path("end").asString()),
                        zone);
                assertThat(Duration.between(span.from(), told.from()).abs()).isLessThan(Duration.ofDays(1));
                assertThat(Duration.between(span.to(), told.to()).abs()).isLessThan(Duration.ofDays(1));
                JsonNode totals = answer.path("totals");
                assertThat(charged)
                        .as(asked)
                        .isEqualByComparingTo(credits(entered(told, RandomMonthTest::isCharge)))
                        .isEqualByComparingTo(totals.path("charged").decimalValue());
                assertThat(refunded)
                        .as(asked)
                        .isEqualByComparingTo(credits(entered(told, entry -> entry.kind() == EntryKind.REFUND)))
                        .isEqualByComparingTo(totals.path("refunded").decimalValue());
                assertThat(net)
                        .isEqualByComparingTo(credits(net(told)))
                        .isEqualByComparingTo(totals.path("credits_consumed").decimalValue());
                assertThat(calls)
                        .isEqualTo(tasks.stream()
                                .filter(task -> isIn(task.completedAt(), told))
                                .count())
                        .isEqualTo(totals.path("requests").path("total").asLong());
                assertThat(cached)
                        .isEqualTo(counted(told, "usage", "cached_tokens"))
                        .isEqualTo(totals.path("tokens").path("cached").asLong());
                assertThat(searches)
                        .isEqualTo(counted(told, "pricing", "searches"))
                        .isEqualTo(totals.path("searches").asLong());
            }
        }
    }

    private static void checkOperatorsApi(PortalServer server, Instant end) {
        for (String by : List.of("day", "model", "channel", "end", "account")) {
            JsonNode rows = server.get(
                            "/admin/usage?by=" + by + "&from=2026-09-01&to=" + end.plus(Duration.ofDays(2))
                                    + "&limit=200",
                            ADMIN_KEY)
                    .json()
                    .get("data");
            for (String sum : List.of("cached_tokens", "searches")) {
                assertThat(rows.valueStream()
                                .mapToLong(row -> row.get(sum).asLong())
                                .sum())
                        .as("%s by %s", sum, by)
                        .isPositive()
                        .isEqualTo(server.number("SELECT SUM(" + sum + ") FROM usage_hour"));
            }
        }
    }

    private void checkPages(PortalServer server, ZoneId zone, Instant end) {
        String link = server.commands()
                .invite("month@example.org", ACCOUNT, "to look")
                .path();
        Browser browser = new Browser(server.url());
        Map<String, String> joined =
                Map.of("password", "somebody who looks", "zone", zone.getId().replace("Z", "UTC"));
        assertThat(browser.submit(link, link, joined).status()).isEqualTo(303);

        YearMonth last = YearMonth.from(end.atZone(ZoneOffset.UTC));
        BigDecimal balance = BigDecimal.ZERO;
        for (YearMonth month = YearMonth.of(2026, 9); !month.isAfter(last); month = month.plusMonths(1)) {
            Span span = Span.ofDays(month.atDay(1), month.plusMonths(1).atDay(1));
            String path = "/dashboard/billing/statements/" + month;
            String paper = browser.get(path).body();
            assertThat(onPaper(paper, "Balance at the beginning")).as(path).isEqualByComparingTo(balance);
            balance = balance.add(credits(entries.stream()
                    .filter(entry -> isIn(entry.at(), span))
                    .mapToLong(Entry::amountMicros)
                    .sum()));
            assertThat(onPaper(paper, "Balance at the end")).as(path).isEqualByComparingTo(balance);
            assertThat(onPaper(paper, "Total calls").negate())
                    .isEqualByComparingTo(credits(entered(span, RandomMonthTest::isCharge)));
            assertThat(sum(browser.get(path + "/statement.csv").body(), 5))
                    .isEqualByComparingTo(credits(entries.stream()
                            .filter(entry -> isIn(entry.at(), span))
                            .mapToLong(Entry::amountMicros)
                            .sum()));
        }

        LocalDate first = LocalDate.of(2026, 9, 27).plusDays(random.nextInt(20));
        LocalDate until = first.plusDays(random.nextInt(30));
        Span span = new Span(
                first.atStartOfDay(zone).toInstant(),
                until.plusDays(1).atStartOfDay(zone).toInstant(),
                zone);
        String range = "range=own&from=" + first + "&to=" + until;
        for (String by : List.of("day", "model", "key")) {
            String page = browser.get("/dashboard/usage?" + range + "&by=" + by).body();
            String tables = page.substring(page.indexOf("<h2>By ") < 0 ? page.length() : page.indexOf("<h2>By "));
            for (String table : tables.split("<h2>By ")) {
                String rows = table.replaceAll("(?s)<tfoot>.*", "");
                assertThat(sumOf(rows))
                        .as("%s by %s in %s", range, by, zone)
                        .isEqualByComparingTo(rows.contains("<tbody>") ? credits(net(span)) : BigDecimal.ZERO);
                assertThat(sumOf(table.substring(rows.length())))
                        .isEqualByComparingTo(table.length() > rows.length() ? credits(net(span)) : BigDecimal.ZERO);
            }
            assertThat(tables.split("<tbody>").length > 1 || net(span) == 0).isTrue();
            assertThat(sum(
                            browser.get("/dashboard/usage.csv?" + range + "&by=" + by)
                                    .body(),
                            by.equals("key") ? 15 : 14))
                    .isEqualByComparingTo(credits(net(span)));
        }
        assertThat(sum(browser.get("/dashboard/requests.csv?" + range).body(), 15))
                .isEqualByComparingTo(credits(entered(span, RandomMonthTest::isCharge)));
        LocalDate today = end.atZone(zone).toLocalDate();
        assertThat(browser.get("/dashboard").body())
                .contains(
                        "title=\"" + Display.exact(net(Span.ofLocalDays(today, today.plusDays(1), zone))) + " credits")
                .contains("title=\""
                        + Display.exact(net(Span.ofLocalDays(today.withDayOfMonth(1), today.plusDays(1), zone)))
                        + " credits");
    }

    private static BigDecimal sumOf(String rows) {
        return EXACT.matcher(rows)
                .results()
                .map(row -> new BigDecimal(row.group(1).replace(",", "").replace("−", "-")))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static BigDecimal onPaper(String page, String name) {
        return ROW.matcher(page)
                .results()
                .filter(found -> found.group(1).startsWith(name))
                .map(found -> new BigDecimal(
                        found.group(2).replace(",", "").replace("−", "-").replace("+", "")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name));
    }

    private static BigDecimal credits(long micros) {
        return BigDecimal.valueOf(micros, 6);
    }

    // ---- what happens ----

    private void live() {
        store.execute(
                "INSERT INTO price (version, kind, number, model_id, created_at, proof, terms) VALUES ('" + Ended.PRICE
                        + "', 'file', 1, 'm0', 0, 0, '"
                        + PriceTerms.of(new Pricing(
                                Ended.PRICE, Tariff.of(0, 0), false, new Rounding(Rounding.Form.FLOOR_TOTAL, 1, 0)))
                        + "')");
        CompletionIds names = new CompletionIds(store::now, random);
        for (int i = 0; i < CALLS; i++) {
            pass();
            String account = random.nextInt(6) == 0 ? "acc_2" : ACCOUNT;
            String id = names.next();
            if (account.equals(ACCOUNT)) {
                ids.add(id);
            }
            long held = 1 + random.nextInt(60_000);
            String key = "key_" + random.nextInt(KEYS);
            CallLabels labels = someLabels();
            labelsOf.put(id, labels);
            store.commit(new Reserve(
                    new OpenHold(id, account, key, "chat", "m" + random.nextInt(3), store.now(), "", "", labels.text()),
                    held,
                    held,
                    () -> SpendLimits.NONE,
                    () -> true));
            store.advance(Duration.ofMillis(random.nextInt(400_000)));
            end(id, held);
            if (random.nextInt(8) == 0) {
                refund(id, account);
            }
            if (random.nextInt(40) == 0) {
                store.commit(new Grant(ACCOUNT, 1 + random.nextInt(1_000_000), "more", store.now()));
            }
            if (random.nextInt(25) == 0) {
                new Rollups(store.writer, store::now).sweep();
                if (kept != null) {
                    checkPeriods();
                }
            }
        }
    }

    private CallLabels someLabels() {
        SortedMap<String, String> tags = new TreeMap<>();
        if (random.nextInt(3) > 0) {
            tags.put("feature", "f" + random.nextInt(4));
        }
        if (random.nextBoolean()) {
            tags.put("env", "e" + random.nextInt(2));
        }
        return new CallLabels(tags, random.nextInt(4) == 0 ? "u" + random.nextInt(5) : "");
    }

    /** Often to where a day ends somewhere, and now and then a little back. */
    private void pass() {
        switch (random.nextInt(12)) {
            case 0 -> store.advance(Duration.ofSeconds(-random.nextInt(240)));
            case 1, 2 -> {
                ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
                LocalDate next = store.now().atZone(zone).toLocalDate().plusDays(1);
                store.setNow(next.atStartOfDay(zone).toInstant().minusMillis(random.nextInt(300_000)));
            }
            default -> store.advance(Duration.ofMinutes(random.nextInt(500)));
        }
    }

    private void end(String id, long held) {
        long charge = random.nextLong(held + 1);
        switch (random.nextInt(10)) {
            case 0 -> release(id, CallEnd.FAILED);
            case 1 -> release(id, CallEnd.CANCELLED);
            case 2 -> settle(id, charge, 0, CallEnd.CANCELLED);
            case 3 -> {
                store.advance(Duration.ofMinutes(random.nextInt(900)));
                ReleaseAbandoned expired = new ReleaseAbandoned(store.now());
                store.commit(expired, new CountAbandoned(expired));
            }
            case 4 -> settle(id, charge, random.nextInt(500), CallEnd.CUT);
            default -> settle(id, charge, 0, CallEnd.COMPLETED);
        }
    }

    /** Refunds a part of the charge, if there was one: more is refused. */
    private void refund(String id, String account) {
        store.advance(Duration.ofMinutes(random.nextInt(500)));
        Refund refund = new Refund(account, id, 1 + random.nextInt(20_000), "too slow", null, store.now());
        store.commit(refund, new CountRefund(refund));
    }

    private void release(String id, CallEnd end) {
        CallError error = end == CallEnd.FAILED ? new CallError("upstream_error", "=1+1, \"said\"") : null;
        Times times = new Times(1, 2, random.nextInt(12_000) * 1_000L, Times.NEVER, Times.NEVER);
        Release release = new Release(
                id,
                new CallDetails(end, null, error, 0, null, times, null, Ended.course("main", "up", List.of())),
                store.now());
        store.commit(release, new CountCall(release));
    }

    private void settle(String id, long chargeMicros, long shortfallMicros, CallEnd end) {
        long tokens = random.nextInt(5_000);
        long cached = random.nextInt(3) == 0 ? 0 : random.nextLong(tokens + 1);
        long searches = tokens > 0 && random.nextInt(4) == 0 ? 1 + random.nextInt(8) : 0;
        ServiceTier tier = ServiceTier.values()[random.nextInt(3)];
        long firstByte = random.nextInt(12_000) * 1_000L;
        boolean isCosted = random.nextInt(5) > 0;
        Usage usage = new Usage(tier, tokens, 0, tokens / 2, tokens / 5, cached, 0, 0, 0, tokens / 2, searches);
        List<AttemptCost> costs = List.of(new AttemptCost("main", "up", isCosted ? tokens : AttemptCost.UNKNOWN));
        CacheUsed cache = new CacheUsed("user", 0, null, null, null, cached * 135, (tokens - cached) * 135);
        CallDetails details = new CallDetails(
                end,
                "answered",
                null,
                isCosted ? CallFlag.COST_REPORTED.bit() : 0,
                null,
                new Times(1, 2, firstByte, firstByte + random.nextInt(9_000) * 1_000L, Times.NEVER),
                new Bill(Ended.PRICE, store.now(), usage, UsageForm.TOKENS, tier, 0, chargeMicros + shortfallMicros),
                new Course("", "main", "up", null, null, List.of(), costs, null, cache, null, null));
        Settle settle = new Settle(id, chargeMicros, details, store.now());
        store.commit(settle, new CountCall(settle));
    }

    private void collect() {
        for (String id : ids) {
            Task task = store.tasks.find(ACCOUNT, id).orElseThrow();
            assertThat(task.labels()).isEqualTo(labelsOf.get(id));
            tasks.add(task);
        }
        List<Entry> all = new ArrayList<>();
        List<Entry> page;
        do {
            page = store.ledger.entries(
                    ACCOUNT, all.isEmpty() ? 0 : all.getLast().number(), 1_000);
            all.addAll(page);
        } while (!page.isEmpty());
        entries = all;
        assertThat(tasks).isNotEmpty().noneMatch(task -> task.status() == TaskStatus.PROCESSING);
    }

    private Span randomSpan() {
        ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
        LocalDate first = LocalDate.of(2026, 9, 26).plusDays(random.nextInt(60));
        LocalDate end = first.plusDays(1 + random.nextInt(random.nextBoolean() ? 3 : 50));
        return history.span(
                first.atStartOfDay(zone).toInstant(), end.atStartOfDay(zone).toInstant(), zone);
    }

    // ---- what is shown of it ----

    private void checkSpan(Span span) {
        Figures all = history.usage(ACCOUNT, UsageQuestion.of(span)).all();
        assertThat(all.chargedMicros()).as("charged in %s", span).isEqualTo(entered(span, RandomMonthTest::isCharge));
        assertThat(all.refundedMicros()).isEqualTo(entered(span, entry -> entry.kind() == EntryKind.REFUND));
        List<Task> ended =
                tasks.stream().filter(task -> isIn(task.completedAt(), span)).toList();
        assertThat(all.calls()).isEqualTo(ended.size());
        assertThat(all.failed()).isEqualTo(count(ended, TaskStatus.FAILED));
        assertThat(all.cancelled()).isEqualTo(count(ended, TaskStatus.CANCELLED));
        assertThat(all.cachedTokens()).isEqualTo(counted(span, "usage", "cached_tokens"));
        assertThat(all.searches()).isEqualTo(counted(span, "pricing", "searches"));
        checkGroups(span, all, ended);
        checkCredits(span);
        checkFilters(span, ended);
        checkLog(span, all, ended);
        checkCsv(span, all);
        checkCharts(span, all);
    }

    private void checkGroups(Span span, Figures all, List<Task> ended) {
        for (List<By> by : List.of(
                List.of(By.DAY),
                List.of(By.MODEL),
                List.of(By.KEY),
                List.of(By.TEAM),
                List.of(By.MEMBER),
                List.of(By.DAY, By.TEAM),
                List.of(By.DAY, By.MODEL, By.MEMBER),
                List.of(By.DAY, By.MODEL, By.KEY),
                List.of(By.DAY, By.MODEL, By.KEY, By.TEAM, By.MEMBER),
                List.<By>of())) {
            List<UsageGroup> groups = paged(span, by);
            assertThat(sum(groups)).as("%s by %s", span, by).isEqualTo(all);
            for (UsageGroup group : groups) {
                List<Task> of =
                        ended.stream().filter(task -> isOf(task, group, span)).toList();
                assertThat(group.figures().calls()).isEqualTo(of.size());
                assertThat(group.figures().chargedMicros())
                        .isEqualTo(of.stream().mapToLong(Task::chargeMicros).sum());
            }
        }
    }

    private void checkLabels(String name) {
        for (Set<By> by : List.of(Set.<By>of(), Set.of(By.DAY), Set.of(By.DAY, By.MODEL))) {
            LocalDate first = LocalDate.of(2026, 9, 26).plusDays(random.nextInt(30));
            LocalDate last = first.plusDays(1 + random.nextInt(60));
            Set<By> groups = EnumSet.of(By.LABEL);
            groups.addAll(by);
            UsageTable table = history.usage(
                    ACCOUNT,
                    new UsageQuestion(Span.ofDays(first, last), groups, null, KeyFilter.ALL, null, 10_000, name));
            Figures all = history.usage(ACCOUNT, UsageQuestion.of(Span.ofDays(first, last)))
                    .all();
            assertThat(ofLabels(sum(table.groups())))
                    .as("%s from %s to %s by %s", name, first, last, by)
                    .isEqualTo(ofLabels(table.all()))
                    .isEqualTo(ofLabels(all));
            for (UsageGroup group : table.groups()) {
                checkLabel(name, group, Span.ofDays(first, last));
            }
        }
    }

    /** The figures that labels have. */
    private static List<Long> ofLabels(Figures figures) {
        return List.of(
                figures.calls(),
                figures.failed(),
                figures.cancelled(),
                figures.promptTokens(),
                figures.cachedTokens(),
                figures.completionTokens(),
                figures.thoughtsTokens(),
                figures.searches(),
                figures.chargedMicros(),
                figures.refundedMicros());
    }

    private void checkLabel(String name, UsageGroup group, Span all) {
        Span span =
                group.day() == null ? all : Span.ofDays(group.day(), group.day().plusDays(1));
        Map<String, Task> of = tasks.stream()
                .filter(task -> group.model() == null || group.model().equals(task.modelId()))
                .filter(task -> Objects.equals(group.label(), Objects.requireNonNullElse(valueOf(task.id(), name), "")))
                .collect(Collectors.toMap(Task::id, task -> task));
        List<Task> ended = of.values().stream()
                .filter(task -> isIn(task.completedAt(), span))
                .toList();
        Figures figures = group.figures();
        assertThat(figures.calls()).isEqualTo(ended.size());
        assertThat(figures.failed()).isEqualTo(count(ended, TaskStatus.FAILED));
        assertThat(figures.cancelled()).isEqualTo(count(ended, TaskStatus.CANCELLED));
        assertThat(figures.chargedMicros())
                .isEqualTo(ended.stream().mapToLong(Task::chargeMicros).sum());
        assertThat(figures.refundedMicros())
                .isEqualTo(entered(span, entry -> entry.kind() == EntryKind.REFUND && of.containsKey(entry.taskId())));
    }

    /** Returns the value of a label of a call; null without one. */
    private @Nullable String valueOf(String id, String name) {
        CallLabels labels = labelsOf.getOrDefault(id, CallLabels.NONE);
        String endUser = labels.endUser().isEmpty() ? null : labels.endUser();
        return name.equals(CallLabels.END_USER) ? endUser : labels.tags().get(name);
    }

    private void checkCredits(Span span) {
        for (By by : List.of(By.MODEL, By.KEY, By.TEAM, By.MEMBER)) {
            List<UsageGroup> days = history.credits(ACCOUNT, span, by, null, KeyFilter.ALL);
            assertThat(sum(days).netMicros()).isEqualTo(net(span));
            for (UsageGroup credits : days) {
                Span part = span.days() > UsageRows.DAYS_TOLD_MAX
                        ? Span.ofDays(
                                credits.day(), credits.day().withDayOfMonth(1).plusMonths(1))
                        : Span.ofLocalDays(credits.day(), credits.day().plusDays(1), span.zone());
                Figures figures = history.usage(
                                ACCOUNT,
                                new UsageQuestion(
                                        new Span(
                                                latest(part.from(), span.from()),
                                                earliest(part.to(), span.to()),
                                                span.zone()),
                                        Set.of(),
                                        by == By.MODEL ? credits.name() : null,
                                        new KeyFilter(
                                                by == By.KEY ? credits.name() : null,
                                                by == By.TEAM ? credits.name() : null,
                                                by == By.MEMBER ? credits.name() : null,
                                                KeyView.ALL),
                                        null,
                                        1))
                        .all();
                if (!by.isOwner() || !credits.name().isEmpty()) {
                    assertThat(credits.figures().netMicros()).isEqualTo(figures.netMicros());
                }
            }
        }
    }

    private static Instant latest(Instant one, Instant two) {
        return one.isAfter(two) ? one : two;
    }

    private static Instant earliest(Instant one, Instant two) {
        return one.isBefore(two) ? one : two;
    }

    private void checkFilters(Span span, List<Task> ended) {
        TaskStatus status = List.of(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)
                .get(random.nextInt(3));
        String model = random.nextBoolean() ? "m" + random.nextInt(3) : null;
        KeyFilter keys = new KeyFilter(
                random.nextBoolean() ? "key_" + random.nextInt(KEYS) : null,
                random.nextInt(3) == 0 ? "team_1" : null,
                random.nextInt(3) == 0 ? "mem_1" : null,
                random.nextBoolean() ? KeyView.ALL : new KeyView(false, "mem_1", Set.of("team_2")));
        long over = random.nextBoolean() ? random.nextInt(30_000) : -1;
        CallFilter filter =
                new CallFilter(span.from(), span.to(), Set.of(status), model, keys, null, null, over, null, null);
        List<CallRow> shown = new ArrayList<>();
        String before = null;
        do {
            CallPage page = history.calls(ACCOUNT, filter, before, null, 1 + random.nextInt(20));
            shown.addAll(page.calls());
            before = page.older();
        } while (before != null);
        assertThat(shown.stream().map(CallRow::number))
                .as("%s, the last to end first", filter)
                .isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(shown.stream().map(CallRow::id))
                .as("%s", filter)
                .containsExactlyInAnyOrderElementsOf(ended.stream()
                        .filter(task -> task.status() == status
                                && (model == null || task.modelId().equals(model))
                                && takes(keys, task)
                                && task.chargeMicros() > over)
                        .map(Task::id)
                        .toList());
        assertThat(history.usage(ACCOUNT, UsageQuestion.of(span, keys)).all().chargedMicros())
                .as("%s", keys)
                .isEqualTo(ended.stream()
                        .filter(task -> takes(keys, task))
                        .mapToLong(Task::chargeMicros)
                        .sum());
    }

    private static boolean takes(KeyFilter keys, Task task) {
        KeyOwner owner = OWNERS.getOrDefault(task.keyId(), KeyOwner.account(task.keyId()));
        return (keys.keyId() == null || keys.keyId().equals(task.keyId()))
                && (keys.teamId() == null || keys.teamId().equals(owner.teamId()))
                && (keys.memberId() == null || keys.memberId().equals(owner.memberId()))
                && keys.view().sees(owner);
    }

    /** In pages of a random length. */
    private List<UsageGroup> paged(Span span, List<By> by) {
        List<UsageGroup> groups = new ArrayList<>();
        UsageTable table;
        do {
            UsageGroup after = groups.isEmpty() ? null : groups.getLast();
            table = history.usage(
                    ACCOUNT,
                    new UsageQuestion(span, Set.copyOf(by), null, KeyFilter.ALL, after, 1 + random.nextInt(60)));
            groups.addAll(table.groups());
        } while (table.isMore());
        return groups;
    }

    private static boolean isOf(Task task, UsageGroup group, Span span) {
        KeyOwner owner = OWNERS.getOrDefault(task.keyId(), KeyOwner.account(task.keyId()));
        return (group.day() == null
                        || group.day()
                                .equals(task.completedAt().atZone(span.zone()).toLocalDate()))
                && (group.model() == null || group.model().equals(task.modelId()))
                && (group.keyId() == null || group.keyId().equals(task.keyId()))
                && (group.teamId() == null || group.teamId().equals(owner.teamId()))
                && (group.memberId() == null || group.memberId().equals(owner.memberId()));
    }

    private void checkLog(Span span, Figures all, List<Task> ended) {
        List<CallRow> shown = new ArrayList<>();
        String before = null;
        do {
            CallPage page = history.calls(
                    ACCOUNT, CallFilter.of(span, null, KeyFilter.ALL), before, null, 1 + random.nextInt(60));
            shown.addAll(page.calls());
            before = page.older();
        } while (before != null);
        for (CallPage.Order order : CallPage.Order.values()) {
            Comparator<CallRow> most = order == CallPage.Order.CHARGE
                    ? Sorting.most(CallRow::chargeMicros)
                    : Sorting.most(it -> it.took().toNanos());
            int limit = 1 + random.nextInt(20);
            assertThat(history.first(ACCOUNT, CallFilter.of(span, null, KeyFilter.ALL), order, limit).calls().stream()
                            .map(CallRow::id))
                    .as("%s, by %s", span, order)
                    .containsExactlyElementsOf(shown.stream()
                            .sorted(most)
                            .map(CallRow::id)
                            .limit(limit)
                            .toList());
        }
        assertThat(shown.stream().map(CallRow::id))
                .as("log of %s", span)
                .containsExactlyInAnyOrderElementsOf(
                        ended.stream().map(Task::id).toList());
        assertThat(shown.stream().map(CallRow::number))
                .as("the last to end first")
                .isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(shown.stream().mapToLong(CallRow::chargeMicros).sum()).isEqualTo(all.chargedMicros());
        assertThat(shown.stream().mapToLong(call -> call.usage().inputTokens()).sum())
                .isEqualTo(all.promptTokens());
        assertThat(shown.stream().mapToLong(call -> call.usage().cachedTokens()).sum())
                .isEqualTo(all.cachedTokens());
        assertThat(shown.stream().mapToLong(it -> it.usage().searches()).sum()).isEqualTo(all.searches());
    }

    private void checkCsv(Span span, Figures all) {
        CsvExport export = new CsvExport(history);
        StringBuilder calls = new StringBuilder();
        export.calls(ACCOUNT, CallFilter.of(span, null, KeyFilter.ALL), piece -> calls.append(piece) != null);
        assertThat(sum(calls.toString(), 15)).isEqualByComparingTo(Credits.text(all.chargedMicros()));
        assertThat(sum(calls.toString(), 10)).isEqualByComparingTo(BigDecimal.valueOf(all.cachedTokens()));
        assertThat(sum(calls.toString(), 19)).isEqualByComparingTo(BigDecimal.valueOf(all.searches()));
        StringBuilder usage = new StringBuilder();
        export.usage(ACCOUNT, UsageQuestion.of(span, By.DAY, By.KEY), piece -> usage.append(piece) != null);
        List<String> heads =
                List.of(usage.toString().lines().findFirst().orElseThrow().split(","));
        for (Figure figure : Figure.OF_ACCOUNTS) {
            assertThat(sum(usage.toString(), heads.indexOf(figure.word())))
                    .as("%s of %s", figure, span)
                    .isEqualByComparingTo(figure.text(all));
        }
    }

    /** Each row of a chart adds up to its last column, and the rows to the figures of the span. */
    private void checkCharts(Span span, Figures all) {
        UsageChart chart = new UsageChart(
                span.firstDay(),
                span.to().minusMillis(1).atZone(span.zone()).toLocalDate(),
                null,
                List.of("m1"),
                (_, _) -> "");
        List<UsageGroup> groups =
                history.usage(ACCOUNT, UsageQuestion.of(span, By.DAY, By.MODEL)).groups();
        for (Metric metric : List.of(Metric.SPEND, Metric.CALLS, Metric.TOKENS, Metric.ERRORS)) {
            Chart drawn = chart.of(metric, Money.CREDITS, groups, Function.identity());
            BigDecimal sum = BigDecimal.ZERO;
            for (Chart.Row row : drawn.rows()) {
                assertThat(row.cells().stream()
                                .map(cell -> new BigDecimal(cell.value()))
                                .reduce(BigDecimal.ZERO, BigDecimal::add))
                        .as("%s of %s", metric, row.label())
                        .isEqualByComparingTo(row.all().value());
                sum = sum.add(new BigDecimal(row.all().value()));
            }
            assertThat(sum)
                    .as("%s of %s", metric, span)
                    .isEqualByComparingTo(drawn.sum().all().value())
                    .isEqualByComparingTo(BigDecimal.valueOf(metric.value(all), metric == Metric.SPEND ? 6 : 0));
        }
        assertThat(sum(history.credits(ACCOUNT, span, By.MODEL, null, KeyFilter.ALL))
                        .netMicros())
                .isEqualTo(all.netMicros());
    }

    private static Figures sum(List<UsageGroup> groups) {
        return groups.stream().map(UsageGroup::figures).reduce(Figures.NONE, Figures::plus);
    }

    private static BigDecimal sum(String csv, int column) {
        return csv.lines()
                .skip(1)
                .map(line -> new BigDecimal(line.split(",", -1)[column]))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private void checkStatements() {
        long balance = 0;
        AccountStatement csv = new AccountStatement(store.database);
        for (YearMonth month = YearMonth.of(2026, 9);
                month.isBefore(YearMonth.of(2027, 2));
                month = month.plusMonths(1)) {
            MonthStatement statement = history.statement(ACCOUNT, month, null, 1_000);
            assertThat(statement.openingMicros()).as("%s", month).isEqualTo(balance);
            Span span = Span.ofDays(month.atDay(1), month.plusMonths(1).atDay(1));
            balance += entries.stream()
                    .filter(entry -> isIn(entry.at(), span))
                    .mapToLong(Entry::amountMicros)
                    .sum();
            assertThat(statement.closingMicros()).isEqualTo(balance);
            assertThat(statement.all().chargedMicros()).isEqualTo(entered(span, RandomMonthTest::isCharge));
            assertThat(statement.byKey().stream().map(UsageGroup::figures).reduce(Figures.NONE, Figures::plus))
                    .as("subtotals by key")
                    .isEqualTo(statement.all());
            List<String> lines = new ArrayList<>();
            csv.write(ACCOUNT, span.from(), span.to(), lines::add);
            assertThat(lines.getLast()).endsWith("," + Credits.text(balance) + ",,,,,0.00,,,,,");
            StringBuilder file = new StringBuilder();
            new CsvExport(history).statement(ACCOUNT, month, piece -> file.append(piece) != null);
            assertThat(file).startsWith(CsvColumns.BEGIN);
            assertThat(file.substring(CsvColumns.BEGIN.length()).lines())
                    .as("%s", month)
                    .containsExactlyElementsOf(lines);
            checkLines(month, statement, span);
        }
    }

    private void checkLines(YearMonth month, MonthStatement statement, Span span) {
        List<LedgerLine> lines = new ArrayList<>();
        LedgerPage.Cursor next = null;
        do {
            LedgerPage page = history.statement(ACCOUNT, month, next, 1 + random.nextInt(80))
                    .lines();
            lines.addAll(page.lines());
            next = page.older();
        } while (next != null);
        assertThat(lines.stream().map(LedgerLine::entry).toList().reversed())
                .as("lines of %s", month)
                .containsExactlyElementsOf(entries.stream()
                        .filter(entry -> isIn(entry.at(), span) && entry.amountMicros() != 0)
                        .toList());
        if (!lines.isEmpty()) {
            assertThat(lines.getFirst().balanceMicros()).isEqualTo(statement.closingMicros());
            assertThat(lines.getLast().balanceMicros() - lines.getLast().amountMicros())
                    .isEqualTo(statement.openingMicros());
        }
    }

    private void checkLedger() {
        List<LedgerLine> lines = new ArrayList<>();
        LedgerPage.Cursor next = null;
        do {
            LedgerPage page = history.entries(
                    ACCOUNT, next == null ? null : LedgerPage.Cursor.parse(next.text()), 1 + random.nextInt(80));
            lines.addAll(page.lines());
            next = page.older();
        } while (next != null);
        long balance = 0;
        for (LedgerLine line : lines.reversed()) {
            balance += line.amountMicros();
            assertThat(line.balanceMicros()).isEqualTo(balance);
        }
        assertThat(lines.stream().map(LedgerLine::entry).toList().reversed())
                .containsExactlyElementsOf(entries.stream()
                        .filter(entry -> entry.amountMicros() != 0)
                        .toList());
        assertThat(balance)
                .isEqualTo(store.balance(ACCOUNT).balanceMicros()
                        + store.balance(ACCOUNT).reservedMicros());
    }

    private void checkCalls() {
        for (Task task : tasks.subList(0, 20)) {
            CallDetail detail = history.call(ACCOUNT, task.id()).orElseThrow();
            assertThat(detail.call().chargeMicros()).isEqualTo(task.chargeMicros());
            assertThat(detail.entries()).isEqualTo(store.ledger.entries(ACCOUNT, task.id()));
            assertThat(history.call("acc_2", task.id())).isEmpty();
            assertThat(history.find(ACCOUNT, task.id())).containsExactly(new Hit.OfCall(task.id()));
        }
    }

    private void checkPlatform() {
        PlatformHistory platform = new PlatformHistory(store.database);
        Span all = Span.ofDays(LocalDate.of(2026, 8, 1), LocalDate.of(2029, 1, 1));
        long charged = store.number("SELECT SUM(charged_micros) FROM call");
        long refunded = store.number("SELECT COALESCE(SUM(amount_micros), 0) FROM entry WHERE kind = 'refund'");
        checkPeriods();
        List<Figures> sums = new ArrayList<>();
        for (PlatformHistory.Part part : PlatformHistory.Part.values()) {
            List<PlatformHistory.Group> groups = platform.groups(all.from(), all.to(), random.nextBoolean(), part);
            Figures sum = groups.stream().map(PlatformHistory.Group::figures).reduce(Figures.NONE, Figures::plus);
            assertThat(sum.chargedMicros()).isEqualTo(charged);
            assertThat(sum.refundedMicros()).isEqualTo(refunded);
            sums.add(sum);
        }
        assertThat(sums).as("all figures, by day, model, channel and end").containsOnly(sums.getFirst());
        List<PlatformHistory.OfAccount> each = platform.accounts(all, null, 200);
        assertThat(platform.byAccount(all)).isEqualTo(each);
        assertThat(platform.payers().changed(all, all, 200))
                .as("the account that has paid most first")
                .extracting(payer -> payer.id() + " " + payer.nowMicros() + " " + payer.difference())
                .containsExactlyElementsOf(each.stream()
                        .sorted(Comparator.comparing((PlatformHistory.OfAccount account) ->
                                        account.figures().netMicros())
                                .reversed()
                                .thenComparing(PlatformHistory.OfAccount::id))
                        .map(account -> account.id() + " " + account.figures().netMicros() + " 0")
                        .toList());
        checkAccounts(platform);
        checkChanges(platform);
        assertThat(platform.accounts(all, null, 200).stream()
                        .mapToLong(account -> account.figures().netMicros())
                        .sum())
                .isEqualTo(charged - refunded);
    }

    /** The changes of both spans' accounts add up to the change of the revenue. */
    private void checkChanges(PlatformHistory platform) {
        Instant to = store.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(random.nextInt(20)));
        Instant from = to.minus(Duration.ofDays(1 + random.nextInt(30)));
        Duration back = Duration.ofDays(35);
        long difference = net(platform, from, to) - net(platform, from.minus(back), to.minus(back));
        Span span = new Span(from, to, ZoneOffset.UTC);
        Span before = new Span(from.minus(back), to.minus(back), ZoneOffset.UTC);
        assertThat(platform.payers().changed(span, before, 200).stream()
                        .mapToLong(Payers.Payer::difference)
                        .sum())
                .as("%s", span)
                .isEqualTo(difference);
    }

    private static long net(PlatformHistory platform, Instant from, Instant to) {
        return platform.groups(from, to, false, PlatformHistory.Part.NOTHING).stream()
                .mapToLong(group -> group.figures().netMicros())
                .sum();
    }

    /** The figures of all accounts at once add up from each account's, to the hour of its end. */
    private void checkAccounts(PlatformHistory platform) {
        Instant from = store.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(random.nextInt(80)));
        Instant to = from.plus(Duration.ofHours(1 + random.nextInt(700)));
        Span span = new Span(from, to, ZoneOffset.UTC);
        for (PlatformHistory.OfAccount account : platform.byAccount(span)) {
            assertThat(account.figures()).as("%s", span).isEqualTo(platform.figures(account.id(), span));
        }
    }

    /** What is kept in memory of finished days is what the hours say. */
    private void checkPeriods() {
        PlatformHistory kept = Objects.requireNonNull(this.kept);
        Instant end = store.now().plus(Duration.ofDays(2)).truncatedTo(ChronoUnit.HOURS);
        Instant from = end.minus(Duration.ofDays(60));
        for (PlatformHistory.Part part : List.of(PlatformHistory.Part.MODEL, PlatformHistory.Part.CHANNEL)) {
            Map<String, Figures> periods = new HashMap<>();
            kept.periods(from, end, false)
                    .forEach((at, sums) -> (part == PlatformHistory.Part.MODEL ? sums.models() : sums.channels())
                            .forEach(
                                    (name, figures) -> periods.put(at.toString().substring(0, 10) + name, figures)));
            assertThat(periods)
                    .isEqualTo(kept.groups(from, end, true, part).stream()
                            .collect(Collectors.toMap(
                                    group -> group.day() + group.name(), PlatformHistory.Group::figures)));
        }
    }

    private void checkOverview(ZoneId zone) {
        Overview overview = history.overview(ACCOUNT, zone).orElseThrow();
        LocalDate today = store.now().atZone(zone).toLocalDate();
        assertThat(overview.spent().today().chargedMicros()).isEqualTo(onDays(today, today, zone));
        assertThat(overview.spent().monthMicros())
                .isEqualTo(net(Span.ofLocalDays(today.withDayOfMonth(1), today.plusDays(1), zone)));
        assertThat(sum(overview.spent().days()).netMicros())
                .isEqualTo(net(Span.ofLocalDays(today.minusDays(30), today.plusDays(1), zone)));
        assertThat(overview.latest()).hasSize(5);
        assertThat(overview.running()).extracting(CallRow::id).containsExactly("runs");
    }

    private long onDays(LocalDate first, LocalDate last, ZoneId zone) {
        Span span = new Span(
                first.atStartOfDay(zone).toInstant(),
                last.plusDays(1).atStartOfDay(zone).toInstant(),
                zone);
        return entered(span, RandomMonthTest::isCharge);
    }

    private void checkAudit() {
        List<String> differences = new ArrayList<>();
        new Audit(store.database).run(differences::add, (subject, rows) -> {});
        assertThat(differences).filteredOn(line -> line.startsWith("usage of")).isEmpty();
    }

    private long net(Span span) {
        return entered(span, RandomMonthTest::isCharge) - entered(span, entry -> entry.kind() == EntryKind.REFUND);
    }

    private long entered(Span span, Predicate<Entry> which) {
        return entries.stream()
                .filter(which)
                .filter(entry -> isIn(entry.at(), span))
                .mapToLong(entry -> Math.abs(entry.amountMicros()))
                .sum();
    }

    /** Adds up a count that tasks have in their usage or their price. */
    private long counted(Span span, String of, String count) {
        return tasks.stream()
                .filter(task -> isIn(task.completedAt(), span))
                .map(task -> of.equals("usage") ? task.usageJson() : task.pricingJson())
                .filter(Objects::nonNull)
                .map(json -> Pattern.compile("\"" + count + "\":([0-9]+)")
                        .matcher(new String(json.utf8(), StandardCharsets.UTF_8)))
                .filter(Matcher::find)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    private static boolean isCharge(Entry entry) {
        return entry.kind() == EntryKind.CHARGE;
    }

    private static boolean isIn(Instant at, Span span) {
        return !at.isBefore(span.from()) && at.isBefore(span.to());
    }

    private static long count(List<Task> tasks, TaskStatus status) {
        return tasks.stream().filter(task -> task.status() == status).count();
    }
}
