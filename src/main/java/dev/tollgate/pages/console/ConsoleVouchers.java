package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.ActionRefused;
import dev.tollgate.operator.admin.OperatorVouchers;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtevouchersGenerated;

/** {@code /console/vouchers}: made, their codes shown once, and what became of them. */
public record ConsoleVouchers(OperatorVouchers vouchers, AccountList accounts, DeedForms forms, InstantSource clock) {

    static final String PATH = "/console/vouchers";

    private static final int PAGE = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show), pages.post(PATH, pages.operators(), this::make));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(drawing(request, FormState.kept(forms.kept(request)), List.of()));
    }

    /** Answers with a page and no move: the codes stand on it and nowhere else. */
    private PageStep make(PageRequest<Visitor.Member> request, Form form) {
        PageStep proof = forms.proofFirst(request, form, PATH);
        if (proof != null) {
            return proof;
        }
        try {
            String count = FormState.text(form, "count");
            if (!count.matches("[0-9]{1,4}")) {
                throw new IllegalArgumentException(
                        "A number of vouchers is needed, 1 to " + Vouchers.AT_ONCE_MAX + ".");
            }
            List<String> codes = vouchers.make(
                    forms.by(request, form),
                    Integer.parseInt(count),
                    DeedForms.micros(FormState.text(form, "credits")),
                    expires(FormState.text(form, "expires")));
            return PageStep.show(drawing(request, FormState.NONE, codes));
        } catch (ActionRefused | IllegalArgumentException e) {
            return PageStep.again(drawing(request, FormState.wrong(form, String.valueOf(e.getMessage())), List.of()));
        }
    }

    private static @Nullable Instant expires(String day) {
        try {
            return day.isEmpty()
                    ? null
                    : LocalDate.parse(day)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("The last day is a date like 2027-01-31, or empty.", e);
        }
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, FormState form, List<String> codes) {
        String before = request.query("before");
        long from = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        String once = forms.once();
        Instant now = clock.instant();
        try {
            List<Voucher> page = vouchers.page(from, PAGE);
            Map<String, String> names = accounts.names(page.stream()
                    .map(Voucher::accountId)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet()));
            String older = page.size() < PAGE
                    ? null
                    : PATH + "?before=" + page.getLast().sequence();
            return (out, shell) -> JtevouchersGenerated.render(
                    out, null, shell, form, once, String.join("\n", codes), page, names, now, older);
        } catch (ActionRefused e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns whether a voucher is redeemed, expired or open, and until when. */
    public static String state(Voucher voucher, Instant now, ZoneId zone) {
        Instant redeemed = voucher.redeemedAt();
        Instant expires = voucher.expiresAt();
        if (redeemed != null) {
            return "redeemed " + Display.time(redeemed, zone);
        }
        if (expires == null) {
            return "open";
        }
        return now.isBefore(expires) ? "open until " + Display.time(expires, ZoneOffset.UTC) + " UTC" : "expired";
    }
}
