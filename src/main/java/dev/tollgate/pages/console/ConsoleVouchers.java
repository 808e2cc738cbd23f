package dev.tollgate.pages.console;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.OperatorVouchers;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Texts;
import dev.tollgate.pages.frame.Visitor;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /console/vouchers}: made, their codes shown once, and what became of them. */
public final class ConsoleVouchers {

    static final String PATH = "/console/vouchers";

    private static final String TEMPLATE = "console/vouchers.jte";
    private static final int PAGE = 50;

    private final OperatorVouchers vouchers;
    private final AccountList accounts;
    private final DeedForms forms;
    private final InstantSource clock;

    public ConsoleVouchers(OperatorVouchers vouchers, AccountList accounts, DeedForms forms, InstantSource clock) {
        this.vouchers = vouchers;
        this.accounts = accounts;
        this.forms = forms;
        this.clock = clock;
    }

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get(PATH, pages.operators(), this::show), pages.post(PATH, pages.operators(), this::make));
    }

    /** A voucher, written out. @param accountId null if it is not redeemed; @param account what it is called, likewise */
    public record Line(
            String number,
            String credits,
            String note,
            String made,
            String state,
            String badge,
            @Nullable String accountId,
            @Nullable String account) {}

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(TEMPLATE, params(request, FormState.kept(forms.kept(request)), List.of()));
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
            return PageStep.show(TEMPLATE, params(request, FormState.NONE, codes));
        } catch (Refused | IllegalArgumentException e) {
            return PageStep.again(
                    TEMPLATE, params(request, FormState.wrong(form, String.valueOf(e.getMessage())), List.of()));
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

    private Map<String, Object> params(PageRequest<Visitor.Member> request, FormState form, List<String> codes) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String before = request.query("before");
        long from = before != null && before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
        Map<String, Object> params = new HashMap<>();
        params.put("form", form);
        params.put("once", forms.once());
        params.put("codes", String.join("\n", codes));
        try {
            List<Voucher> page = vouchers.page(from, PAGE);
            Map<String, String> names = accounts.names(page.stream()
                    .map(Voucher::accountId)
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet()));
            params.put(
                    "lines",
                    page.stream().map(voucher -> line(voucher, names, zone)).toList());
            if (page.size() == PAGE) {
                params.put("older", PATH + "?before=" + page.getLast().sequence());
            }
        } catch (Refused e) {
            throw new IllegalStateException(e);
        }
        return params;
    }

    private Line line(Voucher voucher, Map<String, String> names, ZoneId zone) {
        String account = voucher.accountId();
        Instant redeemed = voucher.redeemedAt();
        Instant expires = voucher.expiresAt();
        boolean isOver = expires != null && !clock.instant().isBefore(expires);
        String state = redeemed != null
                ? "redeemed " + Texts.time(redeemed, zone)
                : isOver
                        ? "expired"
                        : expires == null ? "open" : "open until " + Texts.time(expires, ZoneOffset.UTC) + " UTC";
        return new Line(
                Texts.number(voucher.sequence()),
                Texts.charge(voucher.amountMicros()),
                voucher.note(),
                Texts.time(voucher.createdAt(), zone),
                state,
                redeemed != null ? "ok" : isOver ? "warn" : "run",
                account,
                account == null ? null : names.getOrDefault(account, account));
    }
}
