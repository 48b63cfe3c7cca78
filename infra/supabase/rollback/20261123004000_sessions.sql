drop function public.set_account_password(uuid, text);
drop function public.uncount_sign_in_attempt(text);
drop function public.count_sign_in_attempt(text, timestamptz, integer, integer);
alter table public.profiles drop column password_change_required;
drop table public.sign_in_attempts;
drop table public.sessions;
