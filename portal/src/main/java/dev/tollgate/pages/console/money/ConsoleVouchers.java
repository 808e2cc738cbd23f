package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.GrantWords;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageFile;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
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
import org.jspecify.annotations.Nullable;
import templates.console.JtevouchersGenerated;

/** {@code /console/vouchers}: made, their codes shown once, what became of them, also as a file, and revoked. */
public record ConsoleVouchers(OperatorVouchers vouchers, AccountList accounts, DeedForms forms, InstantSource clock) {

    private static final int PAGE = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(ConsolePaths.VOUCHERS, pages.operators(), this::show),
                pages.file(ConsolePaths.VOUCHERS + ".csv", pages.operators(), this::file),
                pages.post(ConsolePaths.VOUCHERS, pages.operators(), forms.proved(request -> "", this::make)));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, FormState.kept(forms.kept(request)), ""));
    }

    /** Answers new codes with a page and no move: they stand on it and nowhere else. */
    private PageStep make(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(vouchers, OperatorVouchers.ACTIONS)
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, refused, "")),
                        done -> done.value() instanceof Long revoked
                                ? done.on(ConsolePaths.VOUCHERS, revoked)
                                : PageStep.show(drawing(request, FormState.NONE, codes(done.value()))));
    }

    private static String codes(Object made) {
        return ((List<?>) made).stream().map(String::valueOf).collect(Collectors.joining("\n"));
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

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form, String codes) {
        String before = request.query("before");
        long from = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        String once = forms.once();
        Instant now = clock.instant();
        List<Voucher> page = vouchers.page(from, PAGE);
        List<Vouchers.Sum> sums = vouchers.sums();
        Map<String, String> names = names(page);
        String older = page.size() < PAGE
                ? null
                : ConsolePaths.VOUCHERS + "?before=" + page.getLast().sequence();
        String done = DeedForms.done(request, form.error());
        return (out, shell) -> JtevouchersGenerated.render(
                out, null, shell, new Forms(form, once, codes, done), new Listed(page, sums, names, now, older));
    }

    /** Returns how long the credits of a voucher last and what they pay for; null for general credits. */
    public static @Nullable String terms(Voucher voucher) {
        Integer days = voucher.lot().days();
        List<String> terms = new ArrayList<>();
        if (days != null) {
            terms.add(say("for {n} day | for {n} days", days));
        }
        terms.addAll(voucher.lot().models().all());
        return terms.isEmpty() ? null : Joined.facts(terms.stream());
    }

    public static Cell badge(Voucher voucher, Instant now, ZoneId zone) {
        return switch (voucher.stateAt(now)) {
            case REDEEMED -> Cell.badge("ok", say("redeemed {time}", time(voucher.redeemedAt(), zone)));
            case REVOKED -> Cell.badge("warn", say("revoked {time}", time(voucher.revokedAt(), zone)));
            case EXPIRED -> Cell.badge("warn", say("voucher::expired"));
            case OPEN ->
                Cell.badge(
                        "run",
                        voucher.expiresAt() == null
                                ? say("voucher::open")
                                : say("open until {time} UTC", GrantWords.time(voucher.expiresAt(), ZoneOffset.UTC)));
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

    /** The forms of the page, and the result of the last one. */
    public record Forms(
            FormState form,
            String once,
            String codes,
            @Nullable String done) {}

    /** A page of vouchers. */
    public record Listed(
            List<Voucher> vouchers,
            List<Vouchers.Sum> sums,
            Map<String, String> names,
            Instant now,
            @Nullable String older) {}
}
