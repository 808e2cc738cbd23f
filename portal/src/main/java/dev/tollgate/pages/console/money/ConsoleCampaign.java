package dev.tollgate.pages.console.money;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.customers.figures.AccountList;
import dev.tollgate.customers.payments.Campaign;
import dev.tollgate.customers.payments.Voucher;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.pages.console.parts.ConsolePaths;
import dev.tollgate.pages.console.parts.DeedForms;
import dev.tollgate.pages.console.parts.FormState;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.SwitchLink;
import dev.tollgate.pages.frame.Visitor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import templates.console.JtecampaignGenerated;

/** {@code /console/vouchers/{number}}: one campaign, what became of each of its codes, and their revocation. */
public record ConsoleCampaign(OperatorVouchers vouchers, AccountList accounts, DeedForms forms, InstantSource clock) {

    private static final String PATH = ConsolePaths.VOUCHERS + "/{number}";
    private static final int PAGE = 50;

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.operators(), this::show),
                pages.post(PATH, pages.operators(), forms.proved(request -> "", this::revoke)));
    }

    static String path(Campaign campaign) {
        return ConsolePaths.VOUCHERS + "/" + campaign.first();
    }

    /** The number of any of its vouchers leads to a campaign. */
    private PageStep show(PageRequest<Visitor.Member> request) {
        Campaign campaign = campaign(request);
        return request.param("number").equals(Long.toString(campaign.first()))
                ? PageStep.show(drawing(request, campaign, FormState.kept(forms.kept(request))))
                : PageStep.to(path(campaign));
    }

    private PageStep revoke(PageRequest<Visitor.Member> request, Form form) {
        return forms.offer(vouchers, List.of(OperatorVouchers.REVOKE))
                .take(
                        request,
                        form,
                        Map.of(),
                        refused -> PageStep.again(drawing(request, campaign(request), refused)),
                        done -> done.on(ConsolePaths.VOUCHERS + "/" + request.param("number"), (Long) done.value()));
    }

    private Campaign campaign(PageRequest<Visitor.Member> request) {
        String number = request.param("number");
        Campaign campaign = number.matches("[0-9]{1,18}") ? vouchers.campaigns().of(Long.parseLong(number)) : null;
        if (campaign == null) {
            throw ConsolePaths.notFound(sentence("There is no voucher with this number."));
        }
        return campaign;
    }

    private PageStep.Drawing drawing(PageRequest<Visitor.Member> request, Campaign campaign, FormState form) {
        Voucher.State state = ConsoleVouchers.state(request);
        String path = path(campaign);
        long after = ConsoleVouchers.number(request, "after", 0);
        List<Voucher> found = vouchers.ofCampaign(campaign, state, after, PAGE + 1);
        List<Voucher> page = found.subList(0, Math.min(found.size(), PAGE));
        PageLink here = PageLink.to(path).with("state", state == null ? null : state.word());
        String next = found.size() > PAGE
                ? here.with("after", Long.toString(page.getLast().sequence())).text()
                : null;
        Codes codes = new Codes(
                page,
                accounts.names(page.stream()
                        .map(Voucher::accountId)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet())),
                ConsoleVouchers.links(path, state),
                clock.instant(),
                after == 0 ? null : here.text(),
                next);
        ConsoleVouchers.Line line =
                new ConsoleVouchers.Line(campaign, vouchers.campaigns().paidMicros(campaign));
        Revoking revoking = new Revoking(form, one(request, campaign, form), DeedForms.done(request, form.error()));
        return (out, shell) -> JtecampaignGenerated.render(out, null, shell, line, codes, revoking);
    }

    /** Returns the number of the voucher that the form is of; 0 for the campaign. */
    private static long one(PageRequest<?> request, Campaign campaign, FormState form) {
        String first = form.value(OperatorVouchers.REVOKE.name(), "first");
        boolean isTyped =
                first.matches("[0-9]{1,18}") && first.equals(form.value(OperatorVouchers.REVOKE.name(), "last"));
        long one = isTyped ? Long.parseLong(first) : ConsoleVouchers.number(request, "code", 0);
        return one < campaign.first() || one > campaign.last() ? 0 : one;
    }

    /** A page of the codes, each by its number. @param states links to the codes of each state */
    public record Codes(
            List<Voucher> page,
            Map<String, String> names,
            List<SwitchLink> states,
            Instant now,
            @Nullable String first,
            @Nullable String next) {}

    /** The form that revokes. @param one the number of the only voucher that it revokes; 0 for the campaign */
    public record Revoking(
            FormState form, long one, @Nullable String done) {}
}
