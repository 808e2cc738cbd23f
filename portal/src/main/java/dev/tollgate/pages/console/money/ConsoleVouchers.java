package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.host.UrlText;
import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.payments.Campaign;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import templates.console.JtevouchersGenerated;

/** {@code /console/vouchers}: made, their codes shown once, what became of them, also as a file, and revoked. */
public record ConsoleVouchers(OperatorVouchers vouchers, AccountList accounts, DeedForms forms, InstantSource clock) {

    private static final int PAGE = 25;
    private static final String STATE = "state";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.VOUCHERS, pages.operators(), this::show),
                pages.file(ConsolePaths.VOUCHERS + ".csv", pages.operators(), this::file),
                pages.post(ConsolePaths.VOUCHERS, pages.operators(), forms.proved(request -> "", this::make)));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, FormState.kept(forms.kept(request)), null));
    }

    /** Answers new codes with a page and no move: they stand on it, with their file, and nowhere else. */
    private PageStep make(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(vouchers, OperatorVouchers.ACTIONS)
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, refused, null)),
                        done -> done.value() instanceof OperatorVouchers.Made made
                                ? PageStep.show(drawing(request, FormState.NONE, codes(made)))
                                : done.on(ConsolePaths.VOUCHERS, (Long) done.value()));
    }

    private NewCodes codes(OperatorVouchers.Made made) {
        Campaign campaign = Objects.requireNonNull(vouchers.campaigns().of(made.first()));
        return new NewCodes(campaign, made.codes());
    }

    /** The codes of a campaign that was made just now. */
    public record NewCodes(Campaign campaign, List<String> codes) {

        private record Line(long number, String code) {}

        public NewCodes {
            codes = List.copyOf(codes);
        }

        @Override
        public String toString() {
            return "NewCodes[" + codes.size() + "]";
        }

        public String path() {
            return ConsoleCampaign.path(campaign);
        }

        public String lines() {
            return String.join("\n", codes);
        }

        public String fileName() {
            return "vouchers-" + campaign.first() + "-" + campaign.last() + ".csv";
        }

        /** Returns the address of the file of the codes, which is the file itself: they are kept nowhere. */
        public String file() {
            Lot lot = campaign.lot();
            CsvColumns<Line> columns = new CsvColumns<Line>()
                    .value("number", Line::number)
                    .value("code", Line::code)
                    .credits("credits", it -> lot.micros())
                    .value("expires_at", it -> campaign.expiresAt())
                    .value("days", it -> lot.days())
                    .text("models", it -> lot.models().text());
            List<Line> lines = IntStream.range(0, codes.size())
                    .mapToObj(i -> new Line(campaign.first() + i, codes.get(i)))
                    .toList();
            return "data:text/csv;charset=utf-8,"
                    + UrlText.encoded(columns.file(lines, CsvColumns.END))
                            .replace("+", "%20")
                            .replace("%2C", ",");
        }
    }

    private record Named(Voucher voucher, @Nullable String account) {}

    /** All vouchers, without their codes. */
    private PageFile file(PageRequest<Visitor.Member> request) {
        CsvColumns<Named> columns = new CsvColumns<Named>()
                .value("number", it -> it.voucher.sequence())
                .text("note", it -> it.voucher.note())
                .value("created_at", it -> it.voucher.createdAt())
                .value("expires_at", it -> it.voucher.expiresAt())
                .value("state", it -> it.voucher.stateAt(clock.instant()).word())
                .credits("credits", it -> it.voucher.amountMicros())
                .text("account", it -> it.voucher.accountId())
                .text("account_name", Named::account)
                .value("redeemed_at", it -> it.voucher.redeemedAt())
                .value("revoked_at", it -> it.voucher.revokedAt())
                .value("days", it -> it.voucher.lot().days())
                .text("models", it -> it.voucher.lot().models().text());
        return PageFile.csv(
                "vouchers.csv",
                pieces -> columns.<Long>write(pieces, (before, rows) -> {
                    List<Voucher> page =
                            vouchers.page(Objects.requireNonNullElse(before, Long.MAX_VALUE), Vouchers.PAGE_MAX);
                    Map<String, String> names = names(page);
                    page.forEach(it -> rows.add(new Named(
                            it, it.accountId() == null ? null : names.getOrDefault(it.accountId(), it.accountId()))));
                    return page.size() < Vouchers.PAGE_MAX
                            ? null
                            : page.getLast().sequence();
                }));
    }

    private Map<String, String> names(List<Voucher> page) {
        return accounts.names(
                page.stream().map(Voucher::accountId).filter(Objects::nonNull).collect(Collectors.toSet()));
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form, @Nullable NewCodes codes) {
        Voucher.State state = state(request);
        List<Campaign> found = vouchers.campaigns().page(state, number(request, "before", Long.MAX_VALUE), PAGE + 1);
        List<Campaign> page = found.subList(0, Math.min(found.size(), PAGE));
        List<Line> lines = page.stream()
                .map(campaign -> new Line(campaign, vouchers.campaigns().paidMicros(campaign)))
                .toList();
        PageLink here = PageLink.to(ConsolePaths.VOUCHERS).with(STATE, state == null ? null : state.word());
        String older = found.size() > PAGE
                ? here.with("before", Long.toString(page.getLast().first())).text()
                : null;
        String newest = request.query("before") == null ? null : here.text();
        List<Vouchers.Sum> sums = vouchers.sums();
        Instant now = clock.instant();
        Forms shown = new Forms(form, forms.once(), codes, DeedForms.done(request, form.error()));
        Listed listed = new Listed(lines, sums, links(ConsolePaths.VOUCHERS, state), now, newest, older);
        return (out, shell) -> JtevouchersGenerated.render(out, null, shell, shown, listed);
    }

    /** Returns a number of the query, or another where there is none. */
    static long number(PageRequest<?> request, String name, long otherwise) {
        String text = request.query(name);
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : otherwise;
    }

    /** Returns the state that a page is asked for; null for all. */
    static Voucher.@Nullable State state(PageRequest<?> request) {
        return Stream.of(Voucher.State.values())
                .filter(state -> state.word().equals(request.query(STATE)))
                .findFirst()
                .orElse(null);
    }

    /** Returns the links to a list by the state of its rows. */
    static List<SwitchLink> links(String path, Voucher.@Nullable State chosen) {
        Stream<SwitchLink> states = Stream.of(
                        Voucher.State.OPEN, Voucher.State.REDEEMED, Voucher.State.EXPIRED, Voucher.State.REVOKED)
                .map(state -> new SwitchLink(
                        head(state), PageLink.to(path).with(STATE, state.word()).text(), state == chosen));
        return Stream.concat(Stream.of(new SwitchLink(say("voucher::All"), path, chosen == null)), states)
                .toList();
    }

    /** A campaign. @param paidMicros what the accounts that redeemed its codes have paid since */
    public record Line(Campaign campaign, long paidMicros) {

        public String path() {
            return ConsoleCampaign.path(campaign);
        }
    }

    /** Returns the credits of a voucher, how long they last and what they pay for, in a line. */
    public static String terms(Lot lot) {
        List<String> terms = new ArrayList<>();
        terms.add(say("{credits} credits each", Display.charge(lot.micros())));
        if (lot.days() != null) {
            terms.add(say("for {n} day | for {n} days", lot.days()));
        }
        terms.addAll(lot.models().all());
        return Joined.facts(terms.stream());
    }

    /** Returns the state of a campaign and its end. */
    public static Cell badge(Campaign campaign) {
        Voucher.State state = campaign.state();
        Cell badge = Cell.badge(
                state == Voucher.State.OPEN ? "run" : state == Voucher.State.REDEEMED ? "ok" : "warn", word(state));
        long revoked = campaign.counts().revoked();
        return state == Voucher.State.REVOKED || revoked == 0
                ? badge
                : badge.under(say("{n} revoked | {n} revoked", revoked));
    }

    /** Returns when the codes of a campaign end. */
    public static String end(Campaign campaign) {
        Instant at = campaign.expiresAt();
        return at == null
                ? campaign.counts().revoked() == campaign.counts().all() ? Cell.NOTHING : say("expiry::never")
                : say("{time} UTC", GrantWords.time(at, ZoneOffset.UTC));
    }

    /** Returns the last day of a campaign, UTC. */
    public static String lastDay(Campaign campaign) {
        Instant at = campaign.expiresAt();
        return at == null ? end(campaign) : Display.day(at.minusMillis(1), ZoneOffset.UTC);
    }

    private static String word(Voucher.State state) {
        return switch (state) {
            case REDEEMED -> say("voucher::all redeemed");
            case REVOKED -> say("voucher::revoked");
            case EXPIRED -> say("voucher::expired");
            case OPEN -> say("voucher::open");
        };
    }

    public static Cell badge(Voucher voucher, Instant now, ZoneId zone) {
        return switch (voucher.stateAt(now)) {
            case REDEEMED -> Cell.badge("ok", say("voucher::redeemed")).under(time(voucher.redeemedAt(), zone));
            case REVOKED -> Cell.badge("warn", say("voucher::revoked")).under(time(voucher.revokedAt(), zone));
            case EXPIRED -> Cell.badge("warn", say("voucher::expired"));
            case OPEN -> Cell.badge("run", say("voucher::open"));
        };
    }

    private static String time(@Nullable Instant time, ZoneId zone) {
        return Display.time(Objects.requireNonNull(time), zone);
    }

    /** Returns the head of a sum of vouchers. @param state null for all of them */
    public static String head(Voucher.@Nullable State state) {
        return switch (state) {
            case null -> say("voucher::Created");
            case REDEEMED -> say("voucher::Redeemed");
            case REVOKED -> say("voucher::Revoked");
            case EXPIRED -> say("voucher::Expired");
            case OPEN -> say("voucher::Open");
        };
    }

    /** The forms of the page, and the result of the last one. @param codes of new vouchers; null for none */
    public record Forms(
            FormState form,
            String once,
            @Nullable NewCodes codes,
            @Nullable String done) {}

    /** A page of campaigns. @param states links to the campaigns of each state */
    public record Listed(
            List<Line> lines,
            List<Vouchers.Sum> sums,
            List<SwitchLink> states,
            Instant now,
            @Nullable String newest,
            @Nullable String older) {}
}
