package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyActions;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyResult.Made;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.dashboard.parts.ActionForms;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.dashboard.parts.TypedCredits;
import dev.tollgate.pages.frame.Once;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import templates.dashboard.JtekeynewGenerated;

/** {@code /dashboard/keys/new}: a name, optional limits, then the secret. */
public record NewKeyPage(
        CustomerKeys keys,
        KeyOwners owners,
        People people,
        SoldTo sold,
        ModelLife life,
        InstantSource clock,
        SecureRandom random) {

    private static final String PATH = KeysPage.PATH + "/new";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.PERSONAL_KEYS), this::show),
                pages.post(PATH, pages.partly(Right.PERSONAL_KEYS), this::create));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        Map<String, String> texts =
                new HashMap<>(Map.of(TypedCredits.UNIT, request.money().word()));
        Stream.of("owner", "kind").forEach(field -> texts.computeIfAbsent(field, request::query));
        return PageStep.show(page(request, new KeyForm(texts), Map.of()));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form sent) {
        KeyForm form = KeyForm.of(sent);
        Map<String, String> unproven = form.isManagement() ? PasswordAgain.errors(people, request, sent) : Map.of();
        if (!unproven.isEmpty()) {
            return PageStep.again(page(request, form, unproven));
        }
        ZoneId zone = request.visitor().person().preferences().zone();
        String once = Objects.requireNonNullElse(Once.of(sent), "");
        return ActionForms.of(KeyFields.stores(keys, sold.standard(), null), KeyActions.CREATE_BY_PERSON)
                .take(
                        request,
                        form.fields(KeyActions.CREATE_BY_PERSON, KeyForm.EMPTY, zone),
                        Map.of("once", once),
                        errors -> page(request, form, errors),
                        done -> shown(request, (Made) done.value()));
    }

    private PageStep shown(PageRequest<Visitor.Member> request, Made made) {
        return made.secret().isEmpty()
                ? PageStep.to(KeysPage.PATH + "/" + made.key().id() + "?done=before")
                : RevealedKey.show(request, made, sold, life, clock.instant());
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, KeyForm form, Map<String, String> errors) {
        KeyFields fields = KeyFields.of(Set.of(), form, errors, KeyFields.models(sold.standard(), null), request);
        String once = Once.next(random);
        List<FilterChoice> choices = owners.creatable(request);
        List<Scope> scopes = List.of(Scope.values());
        return (out, shell) -> JtekeynewGenerated.render(
                out, null, shell, fields, new Choice(form.isManagement(), choices, scopes), once);
    }

    /** The kinds of key that the visitor can make. */
    public record Choice(boolean management, List<FilterChoice> owners, List<Scope> scopes) {}
}
