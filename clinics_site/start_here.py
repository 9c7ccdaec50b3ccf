"""The first text of the served description: what a partner needs before the first request. Its commands are tried as
they are printed (tests/contract/test_start_here.py)."""

TEXT = """\
Clinics, their clinicians and patients, invitations and EHR connections.

## Start here

`SERVICE` is the address of this service, `EMAIL` and `PASSWORD` are those of an account.

The demo clinic of `make run` has the people and ids of all examples here, with the password that it prints: Ada
(`ada.admin@example.org`) is its admin, Ben a member, Maria Olsen a patient with an account of her own; Mia is invited.

**Log in.** The token comes in the header `x-tidepool-session-token` of the answer. Where a user service of its own is
configured, it has this route, and this service has not. [/schema/accounts](/schema/accounts) describes the routes of
accounts, as far as this service has them.

```sh
curl -s -i -X POST -u "$EMAIL:$PASSWORD" "$SERVICE/auth/login"
```

Every other request carries the token in a header of the same name. **Who am I?** `userid` is `ME` below.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" "$SERVICE/auth/user"
```

**My clinics**, each with my roles there; `clinic.id` is `CLINIC` below. A person who has no clinic gets `[]`.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" "$SERVICE/v1/clinicians/$ME/clinics"
```

**Create.** Times have an offset, days are `YYYY-MM-DD`, glucose is in mmol/L, shares are fractions from 0 to 1.

```sh
curl -s -X POST -H "x-tidepool-session-token: $TOKEN" -H "content-type: application/json" \\
  -d '{"fullName": "Nora Berg", "birthDate": "1991-11-05"}' "$SERVICE/v1/clinics/$CLINIC/patients"
```

**Pages.** `limit` (10 when absent) and `offset` choose a page, which has at most 2,000 records. For a clinic's
patients `meta.count` says how many fit in all.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" "$SERVICE/v1/clinics/$CLINIC/patients?limit=20&offset=0"
```

**Sorting.** A sign and an attribute, and `sortType` for whose statistics. `+` has to be written `%2B`: in a query
a plus means a blank.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" "$SERVICE/v1/clinics/$CLINIC/patients?sortType=cgm&sort=%2BfullName"
```

**Filters** of different parameters all have to hold. A comparison is a sign and a number (`%3C` is `<`); lists are
separated by commas. A parameter that is given twice is refused, one that is not described is ignored.

**What is absent.** Unless stated otherwise, a filter that is absent filters nothing, and a property that is absent has
no value.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" \\
  "$SERVICE/v1/clinics/$CLINIC/patients?search=olsen&period=14d&cgm.timeInTargetPercent=%3C0.7"
```

**Errors** have two forms. Most operations answer `{"message": "<text>"}`; those of the Confirmation API answer
`{"code": <status>, "reason": "<text>"}`, and pass on what the clinic side refuses in its form. Rely on the status
first. The texts that begin a message stay as they are (`clinic not found`, `duplicate: `, `constraint violation: `,
`payment required`); what follows `has an error:` may be worded otherwise one day. No text holds what was sent.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" "$SERVICE/v1/clinics/$CLINIC/patients?limit=0"
```

answers 400 with

```json
{"message":"parameter \\"limit\\" in query has an error: number must be at least 1"}
```

**Limits.** 429 means too many requests, 503 that something is down for the moment. Both say in `Retry-After` after
how many seconds another try makes sense. After a 503 a change may have been made or not, but never in part.

**Asking for help.** Name the `x-tidepool-trace-request` of the answer when you ask: it finds the request in the logs,
which hold no names, addresses or queries. You may send one of your own, up to 64 letters and digits.

```sh
curl -s -H "x-tidepool-session-token: $TOKEN" -H "x-tidepool-trace-request: maria42" "$SERVICE/v1/clinics/$CLINIC"
```

## Bounds of requests

Unless stated otherwise, a text has at most 1,000 characters, a list 1,000 items, an object 1,000 properties, a whole
number lies between -(2^53-1) and 2^53-1, and JSON is at most 32 levels deep. `x-maxLength`, `x-maxItems`,
`x-maxProperties`, `x-minimum`, `x-maximum`, `x-minLength`, `x-format`, `x-pattern` and `x-enum` apply to requests only;
no text holds control characters; a request may have anything for a property with `x-ignored`, and may leave out what
`x-optional` names; `x-bodyLimit` is the largest size of a body in bytes.
"""
