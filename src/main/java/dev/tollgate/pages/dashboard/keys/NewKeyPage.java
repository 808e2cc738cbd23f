package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeyResult.Made;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.roles.Scope;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.Once;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import templates.dashboard.JtekeynewGenerated;

/** {@code /dashboard/keys/new}: a name, optional limits, then the secret. */
public record NewKeyPage(
        CustomerKeys keys, KeyOwners owners, People people, Catalogue catalogue, ModelLife life, SecureRandom random) {

    private static final String PATH = KeysPage.PATH + "/new";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.PERSONAL_KEYS), this::show),
                pages.post(PATH, pages.partly(Right.PERSONAL_KEYS), this::create));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, KeyForm.EMPTY, Map.of()));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form sent) {
        KeyForm form = KeyForm.of(sent);
        ZoneId zone = request.visitor().person().preferences().zone();
        KeyForm.Reading reading = form.read(null, Set.copyOf(KeyFields.models(catalogue, null)), zone);
        Map<String, String> errors = new LinkedHashMap<>(reading.errors());
        boolean isManagement = form.text("kind").equals(KeyKind.MANAGEMENT.code());
        Set<Scope> scopes = form.scopes();
        if (isManagement && scopes.isEmpty()) {
            errors.put("scopes", "Choose at least one.");
        }
        if (isManagement && errors.isEmpty()) {
            String missing = PasswordAgain.complaint(people, request, sent.text("password"));
            if (missing != null) {
                errors.put("password", missing);
            }
        }
        if (!errors.isEmpty() || reading.edit() == null) {
            return PageStep.again(page(request, form, errors));
        }
        KeySettings named = KeySettings.named(form.text("name"));
        KeySettings settings = reading.edit()
                .apply(isManagement ? named.withKind(KeyKind.MANAGEMENT).withScopes(scopes) : named);
        KeyOwner owner = isManagement || form.text("owner").isEmpty()
                ? new KeyOwner("", "", "")
                : KeyOwners.chosen(KeyOwners.membership(request), form.text("owner"));
        NewKey wanted = new NewKey(settings, owner.memberId(), owner.teamId());
        return switch (keys.create(PageRequest.acting(request), wanted, Once.of(sent))) {
            case Outcome.Done<Made>(Made made)
            when made.secret().isEmpty() ->
                PageStep.to(KeysPage.PATH + "/" + made.key().id() + "?done=before");
            case Outcome.Done<Made>(Made made) -> RevealedKey.show(request, made, catalogue, life);
            case Outcome.Refused<Made>(ApiError why) ->
                PageStep.again(page(request, form, Map.of("form", KeyPage.said(why, "Owner"))));
        };
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, KeyForm form, Map<String, String> errors) {
        KeyFields fields = KeyFields.of(
                Set.of(),
                form,
                errors,
                KeyFields.models(catalogue, null),
                request.visit().address());
        boolean isManagement = form.text("kind").equals(KeyKind.MANAGEMENT.code());
        String once = Once.next(random);
        List<FilterChoice> choices = owners.creatable(request);
        List<Scope> scopes = List.of(Scope.values());
        return (out, shell) -> JtekeynewGenerated.render(out, null, shell, fields, isManagement, choices, scopes, once);
    }
}
