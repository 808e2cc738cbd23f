package dev.tollgate.stress;

import dev.tollgate.testing.HostileStripe;
import dev.tollgate.testing.HostileStripe.Delivery;
import dev.tollgate.testing.HostileStripe.Page;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.StripeStandIn;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Customers who top up and buy plans for many days, at a Stripe on a bad day, while servers are killed and books restored. Then what was paid was granted once, what went
 * back was taken, and no day that was paid is lost. Runs once.
 */
final class PlanTrial implements AutoCloseable {

    private static final Instant BEGIN = Instant.parse("2027-01-29T23:00:00Z");
    private static final Duration TICK = Duration.ofHours(6);
    private static final int HANDS = 6;
    private static final int TRIES = 4;
    private static final String[] PLANS = {"day", "week", "pro", "max"};

    /** How much happens. */
    record Size(int accounts, int days, int kills, int restores, boolean withPlans) {}

    /** What has happened. @param credits that were granted for payments */
    record Result(
            long seed,
            int days,
            int events,
            int paid,
            int plans,
            int restored,
            int killed,
            long paidCents,
            long backCents,
            long credits,
            Map<String, AtomicInteger> acts,
            long millis,
            List<String> problems) {}

    /** A customer. */
    private static final class Customer {
        private final String account;
        private final String key;
        private final List<Page> pages = new ArrayList<>();
        private int numbers;

        Customer(String account, String key) {
            this.account = account;
            this.key = key;
        }
    }

    /** A request that had no answer, or that a restore has undone: it is made again as it was. */
    private record Open(Customer customer, String words, String payment, int tries) {}

    /** What an operator has done. */
    private record Deed(Instant at, String method, String path, String members) {}

    private final Stores stores;
    private final Size size;
    private final long seed;
    private final Random random;
    private final HostileStripe stripe;
    private final MovedServers servers;
    private final List<Customer> customers = new ArrayList<>();
    private final Queue<Open> unanswered = new ConcurrentLinkedQueue<>();
    private final Queue<Open> opened = new ConcurrentLinkedQueue<>();
    private final List<Open> later = new ArrayList<>();
    private final Set<String> closed = new HashSet<>();
    private final List<Deed> deeds = new ArrayList<>();
    private final Queue<Deed> undone = new ConcurrentLinkedQueue<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> acts = new ConcurrentHashMap<>();
    private final ExecutorService hands =
            Executors.newFixedThreadPool(HANDS, Thread.ofVirtual().factory());
    private Instant now = BEGIN;
    private int killed;
    private int restored;
    private int numbers;

    PlanTrial(Stores stores, Size size, long seed) {
        this.stores = stores;
        this.size = size;
        this.seed = seed;
        this.random = new Random(seed);
        this.stripe = new HostileStripe(random.nextLong(), BEGIN);
        Map<String, String> environment = new HashMap<>(stripe.environment());
        environment.put("stripe.url", stripe.url());
        this.servers = new MovedServers(stores, environment, BEGIN);
    }

    Result run() throws Exception {
        long began = System.nanoTime();
        servers.start();
        begin();
        int ticks = (int) (Duration.ofDays(size.days()).toMinutes() / TICK.toMinutes());
        Set<Integer> kills = some(size.kills(), ticks);
        Set<Integer> restores = some(size.restores(), ticks);
        int copyAt = 0;
        for (int tick = 0; tick < ticks && problems.size() < 20; tick++) {
            pass(TICK.plusMinutes(random.nextInt(60) - 30));
            if (tick >= copyAt) {
                changePlans();
                if (size.restores() > 0) {
                    servers.copy();
                }
                copyAt = tick + 1 + random.nextInt(12);
            }
            tick(kills.contains(tick));
            if (restores.contains(tick) && servers.hasCopy()) {
                restore();
                copyAt = tick + 1;
            }
        }
        settle();
        check();
        return result(began);
    }

    private Set<Integer> some(int count, int of) {
        Set<Integer> some = new HashSet<>();
        while (some.size() < Math.min(count, of)) {
            some.add(random.nextInt(of));
        }
        return some;
    }

    private Result result(long began) {
        List<Page> paid = stripe.pages().stream().filter(Page::isPaid).toList();
        return new Result(
                seed,
                (int) Duration.between(BEGIN, now).toDays(),
                stripe.told(),
                paid.size(),
                (int) paid.stream()
                        .filter(page -> page.metadata("plan") != null)
                        .count(),
                restored,
                killed,
                paid.stream().mapToLong(Page::grossCents).sum(),
                paid.stream().mapToLong(Page::backCents).sum(),
                servers.number(
                        "SELECT CAST(COALESCE(SUM(amount_micros), 0) / 1000000 AS BIGINT) FROM entry WHERE origin = 'payment'"),
                acts,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                List.copyOf(problems));
    }

    // ---- time ----

    private void begin() {
        if (size.withPlans()) {
            admin("PUT", "/groups/gold", "\"factor\":850");
            for (String plan : PLANS) {
                set(plan, 900);
            }
        }
        for (int i = 0; i < size.accounts(); i++) {
            String[] made = servers.ask(0, "customer/10").text().split(" ");
            customers.add(new Customer(made[0], made[1]));
        }
    }

    private void set(String plan, int cents) {
        String terms =
                switch (plan) {
                    case "day" -> "\"period\":\"day\",\"credits\":100";
                    case "week" -> "\"period\":\"week\",\"credits\":300,\"limits\":[{\"hours\":24,\"credits\":100}]";
                    case "pro" -> "\"period\":\"month\",\"credits\":1000,\"group\":\"gold\",\"models\":[\"gemini-*\"]";
                    default -> "\"period\":\"month\",\"credits\":5000";
                };
        admin("PUT", "/plans/" + plan, "\"name\":\"" + plan + "\",\"cents\":" + cents + ",\"on_sale\":true," + terms);
    }

    /** The operator closes a plan, or sets a next version: before a copy, since a payment of a version that is lost buys nothing. */
    private void changePlans() {
        if (size.withPlans() && random.nextInt(4) == 0) {
            String plan = PLANS[random.nextInt(PLANS.length)];
            if (closed.add(plan)) {
                admin("POST", "/plans/" + plan + "/close", "\"version\":null");
            } else {
                closed.remove(plan);
                set(plan, 100 * ++numbers);
            }
        }
    }

    private void pass(Duration time) {
        now = now.plus(time);
        stripe.setNow(now);
        servers.setNow(now);
        servers.ask(node(), "sweep");
    }

    private int node() {
        return random.nextInt(servers.size());
    }

    /** Some hours: all at once, in no order. @param kills whether a server dies in the midst of it */
    private void tick(boolean kills) throws Exception {
        List<Callable<Void>> all = new ArrayList<>();
        for (Open open = unanswered.poll(); open != null; open = unanswered.poll()) {
            all.add(asking(open));
        }
        for (Open open = opened.poll(); open != null; open = opened.poll()) {
            pay(open);
        }
        opened.addAll(later);
        later.clear();
        for (Deed deed = undone.poll(); deed != null; deed = undone.poll()) {
            all.add(doing(deed));
        }
        int count = Math.max(1, size.accounts() / 25);
        for (int i = 0; i < count; i++) {
            Callable<Void> act = act(customers.get(random.nextInt(customers.size())), kills);
            if (act != null) {
                all.add(act);
            }
        }
        for (Delivery delivery : stripe.due()) {
            all.add(delivering(delivery));
        }
        Collections.shuffle(all, random);
        List<Future<Void>> done = all.stream().map(hands::submit).toList();
        int victim = node();
        if (kills) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(1_000 + 4_000 * all.size()));
            servers.kill(victim);
            killed++;
        }
        for (Future<Void> each : done) {
            each.get();
        }
        if (kills) {
            servers.start(victim);
            verify("after a kill");
        }
    }

    private void restore() {
        Instant from = servers.restore();
        restored++;
        stripe.resendSince(from);
        deeds.stream().filter(deed -> !deed.at().isBefore(from)).forEach(undone::add);
        deeds.removeIf(deed -> !deed.at().isBefore(from));
        verify("after a restore");
    }

    private void verify(String when) {
        servers.differences().forEach(each -> problem("ledger verify " + when + ": " + each));
    }

    private void problem(String what) {
        problems.add(now + ": " + what);
    }

    /** The days after the last one: all events come. */
    private void settle() throws Exception {
        stripe.isKind();
        for (int i = 0; i < 200 && !(stripe.isSilent() && undone.isEmpty()); i++) {
            stripe.resendSilent();
            pass(TICK);
            List<Callable<Void>> all = new ArrayList<>();
            for (Deed deed = undone.poll(); deed != null; deed = undone.poll()) {
                all.add(doing(deed));
            }
            for (Delivery delivery : stripe.due()) {
                all.add(delivering(delivery));
            }
            for (Future<Void> each : hands.invokeAll(all)) {
                each.get();
            }
        }
        if (!stripe.isSilent()) {
            problem("events are not taken");
        }
    }

    // ---- what people do ----

    private void count(String act) {
        acts.computeIfAbsent(act, _ -> new AtomicInteger()).incrementAndGet();
    }

    private Callable<Void> act(Customer customer, boolean kills) {
        int dice = random.nextInt(100);
        String id = "p" + ++numbers + "x" + customer.account.substring(4);
        if (dice < (size.withPlans() ? 25 : 60)) {
            return asking(
                    new Open(customer, "begin/" + customer.account + "/" + id + "/" + (1 + random.nextInt(50)), id, 0));
        }
        if (dice < 60) {
            String plan = PLANS[random.nextInt(4) > 0 ? customers.indexOf(customer) % 4 : random.nextInt(PLANS.length)];
            String when = random.nextInt(5) == 0 ? "now" : "after";
            return asking(new Open(customer, "buy/" + customer.account + "/" + id + "/" + plan + "/" + when, id, 0));
        }
        if (dice < 68) {
            return paid(
                    customer,
                    page -> stripe.refund(
                            page, random.nextInt(3) > 0 ? page.grossCents() : 1 + random.nextLong(page.grossCents())));
        }
        if (dice < 72) {
            return paid(
                    customer,
                    page -> stripe.dispute(
                            page, random.nextBoolean() ? page.grossCents() : 1 + random.nextLong(page.grossCents())));
        }
        if (dice < 78) {
            return paid(customer, stripe::decide);
        }
        if (dice < 79) {
            stripe.sellElsewhere();
            return null;
        }
        if (dice < 90 || !size.withPlans()) {
            return kills ? null : spending(customer);
        }
        return ofPlans(customer, dice);
    }

    private Callable<Void> ofPlans(Customer customer, int dice) {
        int node = node();
        if (dice < 94) {
            String word = random.nextInt(3) > 0 ? "keep" : "cancel";
            return () -> {
                MovedServers.Reply reply = servers.ask(node, word + "/" + customer.account);
                count(word + " " + reply.status());
                return null;
            };
        }
        if (dice < 98) {
            String plan = PLANS[random.nextInt(PLANS.length)];
            String when =
                    List.of("", ",\"when\":\"after\"", ",\"when\":\"now\"").get(random.nextInt(3));
            return doing(new Deed(
                    now,
                    "POST",
                    "/accounts/" + customer.account + "/plan",
                    "\"plan\":\"" + plan + "\",\"periods\":" + (1 + random.nextInt(3)) + when + ",\"id\":\"transfer-"
                            + ++numbers + "\""));
        }
        return doing(
                new Deed(now, "DELETE", "/accounts/" + customer.account + "/plan", "\"id\":\"end-" + ++numbers + "\""));
    }

    /** Something at Stripe with a payment of the customer's. */
    private Callable<Void> paid(Customer customer, Predicate<Page> deed) {
        if (!customer.pages.isEmpty()) {
            Page page = customer.pages.get(random.nextInt(customer.pages.size()));
            if (deed.test(page)) {
                count("at Stripe");
            }
        }
        return null;
    }

    private Callable<Void> asking(Open open) {
        int node = node();
        return () -> {
            MovedServers.Reply reply = servers.ask(node, open.words());
            String word = open.words().substring(0, open.words().indexOf('/'));
            count(word + " " + reply.status() + (reply.isDone() ? " " + reply.text() : ""));
            if (reply.status() == 0) {
                unanswered.add(open);
            } else if (reply.status() >= 500) {
                problem(open.words() + ": " + reply.text());
            } else if (reply.text().equals("not opened") && open.tries() < TRIES) {
                unanswered.add(new Open(open.customer(), open.words(), open.payment(), open.tries() + 1));
            } else if (reply.text().equals("opened")) {
                opened.add(open);
            }
            return null;
        };
    }

    private void pay(Open open) {
        Page page = stripe.page(open.payment());
        int dice = random.nextInt(10);
        if (page == null) {
            problem("there is no page of " + open.payment());
        } else if (dice < 7) {
            if (stripe.pay(page)) {
                open.customer().pages.add(page);
            }
        } else if (dice == 7) {
            later.add(open);
        }
    }

    /** On two servers by an operator: each learns the price group of a call from the other within a second, which may be a day here. */
    private Callable<Void> spending(Customer customer) {
        int node = node();
        return () -> {
            MovedServers.Reply reply = servers.size() > 1
                    ? servers.admin(node, "POST", "/accounts/" + customer.account + "/adjustments", "\"credits\":-200")
                    : servers.post(
                            node,
                            "/v1/chat/completions",
                            "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}",
                            "authorization",
                            "Bearer " + customer.key);
            count("spent " + reply.status());
            return null;
        };
    }

    /** Repeated under its id until it has an answer. */
    private Callable<Void> doing(Deed deed) {
        int node = node();
        return () -> {
            MovedServers.Reply reply = servers.admin(node, deed.method(), deed.path(), deed.members());
            count("deed " + reply.status());
            if (reply.status() == 0) {
                undone.add(deed);
            } else if (reply.status() >= 500 || reply.status() == 400) {
                problem(deed.path() + ": " + reply.text());
            } else {
                synchronized (deeds) {
                    deeds.add(new Deed(now, deed.method(), deed.path(), deed.members()));
                }
            }
            return null;
        };
    }

    private Callable<Void> delivering(Delivery delivery) {
        int node = node();
        return () -> {
            MovedServers.Reply reply = servers.post(
                    node,
                    "/webhooks/stripe",
                    delivery.body(),
                    "stripe-signature",
                    StripeStandIn.signature(StripeStandIn.SECRET, now, delivery.body()));
            count("event " + reply.status());
            if (reply.isDone()) {
                stripe.taken(delivery);
            } else {
                stripe.notTaken(delivery);
                if (reply.status() != 0 && reply.status() != 503) {
                    problem("an event got " + reply.status() + ": " + reply.text());
                }
            }
            return null;
        };
    }

    private void admin(String method, String path, String members) {
        MovedServers.Reply reply = servers.admin(0, method, path, members);
        if (!reply.isDone()) {
            problem(path + ": " + reply.status() + " " + reply.text());
        }
    }

    // ---- the comparison ----

    private void check() {
        verify("at the end");
        if (size.withPlans()) {
            checkPlans();
        }
        Map<String, String[]> rows = new HashMap<>();
        servers.rows("""
                SELECT p.id, p.state, p.net_cents, p.credit_micros, p.reversed_micros, p.missing_micros, p.lapsed_micros,
                    (SELECT COUNT(*) FROM entry e WHERE e.account_id = p.account_id AND e.request_id = 'payment-' || p.id),
                    (SELECT COALESCE(SUM(amount_micros), 0) FROM entry e WHERE e.account_id = p.account_id
                        AND e.request_id = 'payment-' || p.id),
                    (SELECT COALESCE(-SUM(amount_micros + missing_micros), 0) FROM entry e WHERE e.account_id = p.account_id
                        AND e.kind = 'reversal' AND e.origin_id = p.id),
                    (SELECT COUNT(*) FROM invoice i WHERE i.payment_id = p.id), p.account_id
                FROM payment p""").forEach(row -> rows.put(row[0], row));
        for (Page page : stripe.pages()) {
            String[] row = rows.get(page.payment());
            if (page.isPaid()) {
                compare(page, row);
            } else if (row != null && row[1].equals("paid")) {
                problem(page.payment() + " is paid here, and not at Stripe");
            }
        }
        long paid = stripe.pages().stream().filter(Page::isPaid).count();
        same("paid payments", "SELECT COUNT(*) FROM payment WHERE state = 'paid'", paid);
        same("invoices", "SELECT COUNT(*) FROM invoice", paid);
        servers.rows("SELECT type, outcome, detail, payment_id, replays FROM payment_notice WHERE outcome <> 'taken'")
                .forEach(row -> problem("an event is not taken: " + Arrays.toString(row)));
        same("holds", "SELECT COUNT(*) FROM open_hold", 0);
    }

    /** Each paid period is one that nobody else has, as long as its calendar says, and not before it was paid. */
    private void checkPlans() {
        Set<String> periods = new HashSet<>();
        for (String[] row : servers.rows("""
                SELECT p.id, p.account_id, p.plan, p.subscription, p.period, p.ended_at, s.anchor, g.starts_at, g.expires_at, g.ended_at,
                    CASE WHEN s.ended_by = 'operator' OR g.ended_at >= g.expires_at THEN 1 ELSE 0 END,
                    CASE WHEN p.reversed_micros = p.credit_micros OR EXISTS (
                        SELECT 1 FROM payment_notice n WHERE n.payment_id = p.id AND n.fact = 'disputed') THEN 1 ELSE 0 END
                FROM payment p JOIN entry e ON e.account_id = p.account_id AND e.request_id = 'payment-' || p.id
                    LEFT JOIN credit_grant g ON g.account_id = p.account_id AND g.entry_number = e.number AND g.kind = 'plan'
                    LEFT JOIN subscription s ON s.account_id = p.account_id AND s.number = p.subscription
                WHERE p.purpose = 'plan' AND p.state = 'paid'""")) {
            String name = "payment " + row[0] + " of plan " + row[2];
            if (row[7] == null) {
                problem(name + " has no grant");
                continue;
            }
            Instant from = at(row[7]);
            Instant anchor = row[6] == null ? from : at(row[6]);
            int period = row[4] == null ? 1 : Integer.parseInt(row[4]);
            count(row[3] == null ? "beside" : period == 1 ? "first" : "further");
            boolean wentBack = row[11].equals("1"); // a period that fell away can be bought again
            if (row[3] != null && !wentBack && !periods.add(row[1] + " " + row[3] + " " + row[4])) {
                problem(name + " has period " + row[4] + " of plan " + row[3] + ", which another has, too");
            }
            if (!from.equals(end(row[2], anchor, period - 1)) || !at(row[8]).equals(end(row[2], anchor, period))) {
                problem(name + " has credits from " + from + " to " + at(row[8]));
            }
            if (from.isBefore(at(row[5]))) {
                problem(name + " was paid at " + at(row[5]) + " and began at " + from);
            }
            if (row[9] != null && row[10].equals("0") && !wentBack) {
                problem(name + " ended before its time, at " + at(row[9]));
            }
        }
    }

    private static Instant at(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }

    private static Instant end(String plan, Instant anchor, int periods) {
        LocalDateTime first = LocalDateTime.ofInstant(anchor, ZoneOffset.UTC);
        return (plan.equals("day")
                        ? first.plusDays(periods)
                        : plan.equals("week") ? first.plusDays(7L * periods) : first.plusMonths(periods))
                .toInstant(ZoneOffset.UTC);
    }

    private void compare(Page page, String[] row) {
        String name = "payment " + page.payment();
        if (row == null || !row[1].equals("paid")) {
            problem(name + " is paid at Stripe, and here " + (row == null ? "missing" : row[1]));
            return;
        }
        List<Long> has = Arrays.stream(row, 2, 11).map(Long::valueOf).toList();
        List<Long> wanted = List.of(
                page.netCents(),
                page.creditMicros(),
                page.backMicros(),
                has.get(3),
                has.get(4),
                1L,
                page.creditMicros(),
                page.backMicros(),
                1L);
        if (!has.equals(wanted) || !row[11].equals(page.account())) {
            problem(name + " of " + page.account() + " has " + has + " of " + row[11] + ", and not " + wanted);
        }
        if (has.get(3) + has.get(4) > has.get(2)) {
            problem(name + " lacks more than went back: " + has);
        }
    }

    private void same(String what, String sql, long expected) {
        long found = servers.number(sql);
        if (found != expected) {
            problem(what + ": " + found + ", and not " + expected);
        }
    }

    @Override
    public void close() {
        hands.close();
        servers.close();
        servers.end(!problems.isEmpty());
        stripe.close();
    }
}
