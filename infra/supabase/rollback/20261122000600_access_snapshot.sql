drop function public.access_snapshot();
