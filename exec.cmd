@rem package.json's scripts begin with `exec`, so that no shell stays between npm and Node and swallows signals.
@rem On Windows cmd runs the scripts, which has no such word and finds this file instead.
@%*
