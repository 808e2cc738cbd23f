package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import templates.dashboard.JtewebhooksGenerated;

/**
 * {@code /dashboard/webhooks}: the addresses that receive an organization's events, and the latest deliveries.
 *
 * @param complaint what is wrong with a URL, in words that follow the field's name; null if nothing is
 */
public record WebhooksPage(Webhooks webhooks, Function<String, @Nullable Sentence> complaint) {

    private static final String PATH = "/dashboard/webhooks";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(
                        PATH,
                        pages.members(Right.WEBHOOKS),
                        request -> PageStep.show(page(request, new Typed("", Map.of(), null)))),
                pages.post(PATH, pages.members(Right.WEBHOOKS), this::take));
    }

    /** The state of the form. @param errors by field; {@code form} is one of the whole page @param secret of a webhook that was just made or got a new one; null for none */
    public record Typed(
            String url,
            Map<String, String> errors,
            @Nullable String secret) {}

    /** Returns what came of a delivery. */
    public static String result(Webhooks.Delivery delivery) {
        String state =
                switch (delivery.state()) {
                    case "sent" -> say("sent");
                    case "failed" -> say("failed");
                    default -> say("waiting");
                };
        if (delivery.attempts() == 0) {
            return state;
        }
        return delivery.status() == 0
                ? say("{state}, no response", state)
                : say("{state}, status {status}", state, String.valueOf(delivery.status()));
    }

    /** Returns whether a delivery that failed is tried once more. */
    public static boolean isTriedAgain(Webhooks.Delivery delivery) {
        return delivery.state().equals("waiting") && delivery.attempts() > 0;
    }

    private PageStep take(PageRequest<Visitor.Member> request, Form form) {
        Acting by = PageRequest.acting(request);
        String id = form.text("webhook");
        Duration wait = webhooks.countChange(by.accountId());
        if (wait.isPositive()) {
            String often = say("This organization has changed or tested its webhooks too often.");
            return new PageStep.Show(
                    429, page(request, new Typed(form.text("url"), Map.of("form", Display.later(often, wait)), null)));
        }
        return switch (form.text("deed")) {
            case "create" -> create(request, form.text("url").strip(), form.text("form"));
            case "rotate" -> shown(request, webhooks.rotate(by, id));
            case "enable" -> {
                webhooks.enable(by, id);
                yield PageStep.to(PATH);
            }
            case "delete" -> {
                webhooks.delete(by, id);
                yield PageStep.to(PATH);
            }
            case "test" -> {
                webhooks.test(by);
                yield PageStep.to(PATH);
            }
            default -> PageStep.to(PATH);
        };
    }

    private PageStep create(PageRequest<Visitor.Member> request, String url, String form) {
        Sentence wrong = complaint.apply(url);
        if (wrong != null) {
            return PageStep.again(page(request, new Typed(url, Map.of("url", say("The URL {reason}", wrong)), null)));
        }
        Webhooks.Form chosen = form.equals("slack") ? Webhooks.Form.SLACK : Webhooks.Form.STANDARD;
        String secret = webhooks.create(PageRequest.acting(request), url, chosen);
        if (secret == null) {
            String full = say("An organization has up to {most} webhooks.", Webhooks.EACH_MAX);
            return PageStep.again(page(request, new Typed(url, Map.of("url", full), null)));
        }
        return shown(request, secret);
    }

    private PageStep shown(PageRequest<Visitor.Member> request, @Nullable String secret) {
        return secret == null ? PageStep.to(PATH) : PageStep.show(page(request, new Typed("", Map.of(), secret)));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, Typed typed) {
        String account = request.visitor().accountId();
        List<Webhooks.Webhook> all = webhooks.list(account);
        List<Webhooks.Delivery> deliveries = webhooks.deliveries(account);
        return (out, shell) -> JtewebhooksGenerated.render(out, null, shell, all, deliveries, typed);
    }
}
